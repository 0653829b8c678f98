using System.Buffers;
using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Histories;

namespace Perdure.Testing;

/// <summary>Histories as files, for tests of later code.</summary>
public sealed partial class TestHub
{
    /// <summary>
    /// Writes an orchestration as it is now, with all inputs and results, as a file that <see cref="ReplayChecker"/>
    /// and <c>perdure check --histories</c> read.
    /// </summary>
    /// <param name="instanceId">The instance, in whatever status.</param>
    /// <param name="path">
    /// The file, if it ends in <c>.json</c>; else the folder that gets a file named after the instance. Folders are
    /// made, and a file that exists is written over.
    /// </param>
    /// <returns>The path of the file.</returns>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    public async Task<string> ExportAsync(string instanceId, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(path);
        await QuietAsync();
        IStore store = Node.OpenStore;
        InstanceRow row = await store.ReadInstanceAsync(instanceId, CancellationToken.None)
            ?? throw new ArgumentException($"There is no instance '{instanceId}'.", nameof(instanceId));
        ExecutionKey execution = new(row.Key, row.Generation);
        ArrayBufferWriter<byte> bytes = new();
        HistoryFileWriter.Write(
            bytes, new InstanceHistory(row, await store.ReadHistoryAsync(execution, CancellationToken.None)));
        string file = path.EndsWith(HistoryFile.Extension, StringComparison.OrdinalIgnoreCase)
            ? path
            : Path.Combine(path, HistoryFile.NameOf(instanceId));
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        await File.WriteAllBytesAsync(file, bytes.WrittenSpan.ToArray());
        return file;
    }
}
