using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Perdure.AspNetCore.Security;
using Perdure.AspNetCore.Telemetry;

namespace Perdure.AspNetCore.Links;

/// <summary>
/// The key with which links are signed. Unless the options have one it is drawn once and kept in a file beside the hub,
/// which only the owner of the process may read: links then outlive a restart as the instances do. A hub in memory ends
/// with the process, and so does its key.
/// </summary>
internal static class LinkKey
{
    private const int Length = 32;

    /// <param name="configured">The one of the options, in base64; null if they have none.</param>
    /// <param name="hubFile">The file of the hub; null when it has none.</param>
    /// <param name="logger">Is told when links will not outlive a restart.</param>
    public static byte[] Load(string? configured, string? hubFile, ILogger logger)
    {
        if (configured is not null)
            return Base64.TryDecode(configured)!;
        if (hubFile is null)
            return RandomNumberGenerator.GetBytes(Length);
        string file = FileFor(hubFile);
        try
        {
            return Read(file) ?? Create(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LinkKeyNotKept(file, e.Message);
            return RandomNumberGenerator.GetBytes(Length);
        }
    }

    public static string FileFor(string hubFile) => hubFile + ".linkkey";

    private static byte[]? Read(string file)
    {
        if (!File.Exists(file))
            return null;
        byte[]? key = Base64.TryDecode(File.ReadAllText(file).Trim());
        return key is { Length: >= Length }
            ? key
            : throw new IOException($"'{file}' does not hold a key. Delete it, and a new one is made.");
    }

    private static byte[] Create(string file)
    {
        byte[] key = RandomNumberGenerator.GetBytes(Length);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using StreamWriter writer = new(file, options);
        writer.WriteLine(Convert.ToBase64String(key));
        return key;
    }
}
