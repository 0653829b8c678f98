using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Perdure.Sqlite.Moves;

/// <summary>Makes the names in a directory durable; .NET opens no directory, so on Unix this asks the system.</summary>
internal static class DirectoryDisk
{
    public static void Flush(string directory)
    {
        const int ReadOnly = 0;
        using SafeFileHandle handle = new(open(Encoding.UTF8.GetBytes(directory + '\0'), ReadOnly), ownsHandle: true);
        if (handle.IsInvalid || fsync(handle) != 0)
            throw new IOException($"The directory '{directory}' cannot be written to the disk.");

        [DllImport("libc", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        static extern int open(byte[] path, int flags);

        [DllImport("libc", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        static extern int fsync(SafeFileHandle file);
    }
}
