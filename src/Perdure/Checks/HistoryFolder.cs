using System.Runtime.CompilerServices;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Histories;

namespace Perdure.Checks;

/// <summary>A folder, and those below it, with a file for each instance.</summary>
internal sealed class HistoryFolder(string path) : IHistorySource
{
    private string[] _files = [];

    public string Place { get; } = $"the folder '{path}'";

    public Task<long> OpenAsync(HistorySelection selection, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path))
        {
            throw new StoreException(
                $"There is no folder '{path}'. Write one with 'perdure history export', or name another.");
        }
        try
        {
            _files = Directory.GetFiles(path, $"*{HistoryFile.Extension}", SearchOption.AllDirectories);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The folder '{path}' cannot be read. {e.Message}", e);
        }
        Array.Sort(_files, StringComparer.Ordinal);
        return Task.FromResult((long)_files.Length);
    }

    /// <exception cref="StoreException">
    /// A file is damaged or newer; the message names the file and the line.
    /// </exception>
    public async IAsyncEnumerable<InstanceHistory> ReadAsync(
        HistorySelection selection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string file in _files)
        {
            InstanceHistory history = await ReadAsync(file, cancellationToken);
            // Who exported it chose what to export: what has ended is checked as well.
            if (selection.Takes(history.Row.Name)
                && (selection.Ids.Count == 0 || selection.Ids.Contains(history.Row.Id)))
            {
                yield return history;
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<InstanceHistory> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return HistoryFileReader.Read(await File.ReadAllBytesAsync(file, cancellationToken));
        }
        catch (FormatException e)
        {
            throw new StoreException($"'{file}', {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"'{file}' cannot be read. {e.Message}", e);
        }
    }
}
