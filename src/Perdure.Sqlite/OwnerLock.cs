using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Perdure.Core.Stores;

namespace Perdure.Sqlite;

/// <summary>
/// The claim of one process on a hub: an OS lock on <c>&lt;file&gt;.owner</c>, which ends with the process however that
/// ends. The file names the process in its first line and, when it is known, the URL of the owner in its second.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream _file;

    private OwnerLock(FileStream file) => _file = file;

    /// <exception cref="StoreException">Another opener owns the hub, or the file cannot be written.</exception>
    public static OwnerLock Take(string path)
    {
        string ownerPath = path + ".owner";
        try
        {
            // On Windows a shared reading must be allowed for the owner to be read; elsewhere only None is exclusive.
            var share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None;
            var taken = new OwnerLock(new FileStream(ownerPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, share));
            taken.Write($"{Environment.ProcessId}\n");
            return taken;
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new StoreException(
                $"'{ownerPath}' cannot be written: the directory of the task hub must be writable. ({failure.Message})",
                failure);
        }
        catch (IOException failure) when (File.Exists(ownerPath) && ReadOwner(ownerPath) is { Length: > 0 } owner)
        {
            throw new StoreException(
                $"The task hub '{path}' is in use by process {owner}. A file belongs to one process at a time: stop "
                + "that "
                + "one, let it do the work, or choose another path.", failure);
        }
        catch (IOException failure)
        {
            throw new StoreException(
                $"'{ownerPath}' cannot be locked, so nobody can tell whether the task hub is in use. "
                + $"({failure.Message})", failure);
        }
    }

    /// <summary>The file stays, because deleting a lock file lets two processes lock two different files.</summary>
    public void Dispose()
    {
        try
        {
            _file.SetLength(0);
        }
        catch (IOException)
        {
            // An old name in an unlocked file harms nobody.
        }
        _file.Dispose();
    }

    private void Write(string content)
    {
        _file.SetLength(0);
        _file.Write(Encoding.UTF8.GetBytes(content));
        _file.Flush();
    }

    /// <summary>Opening a file through .NET honours the lock even for reading, so on Unix this goes past it.</summary>
    private static string ReadOwner(string ownerPath)
    {
        try
        {
            using var stream = OperatingSystem.IsWindows()
                ? new FileStream(ownerPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)
                : new FileStream(OpenUnlocked(ownerPath), FileAccess.Read);
            using var reader = new StreamReader(stream);
            return reader.ReadLine() ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static SafeFileHandle OpenUnlocked(string ownerPath)
    {
        const int ReadOnly = 0;
        var handle = new SafeFileHandle(open(Encoding.UTF8.GetBytes(ownerPath + '\0'), ReadOnly), ownsHandle: true);
        return handle.IsInvalid ? throw new IOException($"'{ownerPath}' cannot be read.") : handle;

        [DllImport("libc", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        static extern int open(byte[] path, int flags);
    }
}
