using System.Diagnostics;

namespace Perdure.Torture.DiskFull;

/// <summary>A disk in memory that can be made larger, as an administrator frees space. Mounting needs root.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <summary>Null, with a reason, where it cannot be had.</summary>
    public static SmallDisk? TryMount(string path, int megabytes, out string reason)
    {
        reason = "";
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            reason = "mounting a small disk needs root on Linux";
            return null;
        }
        Directory.CreateDirectory(path);
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path) is { } problem)
        {
            reason = $"mount: {problem}";
            return null;
        }
        return new SmallDisk(path);
    }

    public void Grow(int megabytes)
    {
        if (Run("mount", "-o", $"remount,size={megabytes}m", Path) is { } problem)
            throw new InvalidOperationException(problem);
    }

    public long Free => new DriveInfo(Path).AvailableFreeSpace;

    public void Dispose() => Run("umount", "-l", Path);

    private static string? Run(string command, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            string said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : said.Trim();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return e.Message;
        }
    }
}
