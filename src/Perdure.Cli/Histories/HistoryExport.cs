using System.Buffers;
using System.Globalization;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Histories;

namespace Perdure.Cli.Histories;

/// <summary>Writes the histories of a hub as files, one instance at a time.</summary>
internal sealed class HistoryExport(IHistorySource source, string folder, Terminal terminal)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Whether files that exist are written over.</summary>
    public bool Overwrites { get; init; }

    /// <exception cref="StoreException">The hub cannot be read, or a file is in the way.</exception>
    public async Task RunAsync(HistorySelection selection, CancellationToken cancellationToken)
    {
        long total = await source.OpenAsync(selection, cancellationToken);
        MakeFolder();
        // An instance whose status changes may come twice; then the later one counts.
        HashSet<string> written = [];
        ArrayBufferWriter<byte> bytes = new();
        long last = terminal.Time.GetTimestamp();
        await foreach (InstanceHistory history in source.ReadAsync(selection, cancellationToken))
        {
            bytes.ResetWrittenCount();
            HistoryFileWriter.Write(bytes, history);
            string name = HistoryFile.NameOf(history.Row.Id);
            await WriteAsync(name, bytes.WrittenMemory, Overwrites || written.Contains(name), cancellationToken);
            written.Add(name);
            if (terminal.Time.GetElapsedTime(last) < s_pause)
                continue;
            last = terminal.Time.GetTimestamp();
            await terminal.Error.WriteLineAsync(
                string.Create(CultureInfo.InvariantCulture, $"{written.Count:N0} of {total:N0} written"));
        }
        await terminal.Output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"Wrote {written.Count:N0} histories of {source.Place} to '{folder}'. They hold inputs and results: keep "
            + $"them as you keep the hub."));
    }

    private async Task WriteAsync(
        string name, ReadOnlyMemory<byte> bytes, bool overwrites, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, name);
        if (!overwrites && File.Exists(path))
        {
            throw new StoreException(
                $"'{path}' exists. Choose an empty folder, or say --force to write over what is there.");
        }
        await using FileStream file = new(path, overwrites ? FileMode.Create : FileMode.CreateNew, FileAccess.Write);
        await file.WriteAsync(bytes, cancellationToken);
    }

    /// <summary>Payloads may be secrets: on Unix a new folder is for its owner alone.</summary>
    private void MakeFolder()
    {
        if (OperatingSystem.IsWindows() || Directory.Exists(folder))
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(
                folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
