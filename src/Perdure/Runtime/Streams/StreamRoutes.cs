using System.Collections.Concurrent;
using Perdure.Core.Stores;
using Perdure.Core.Streams;

namespace Perdure.Runtime.Streams;

/// <summary>Of which logs each stream is made, and to which of them an event goes.</summary>
internal sealed class StreamRoutes(Node node)
{
    private readonly ConcurrentDictionary<string, string[]> _logs = new(StringComparer.Ordinal);
    private int _next;

    /// <summary>Finds out how many logs a stream has; makes it if there is none of that name.</summary>
    /// <exception cref="StoreException">The store cannot be asked.</exception>
    public async Task OpenAsync(string stream, CancellationToken cancellationToken)
    {
        if (_logs.ContainsKey(stream))
            return;
        StreamRow row = await node.Store.OpenStreamAsync(
            new StreamRow(stream, node.Settings.PartitionsOfStream(stream), node.Now), cancellationToken);
        _logs[stream] = [.. Enumerable.Range(0, row.Partitions).Select(n => StreamIds.Log(stream, n))];
    }

    /// <summary>The ids of the logs of a stream that is open.</summary>
    public string[] Logs(string stream) => _logs[stream];

    /// <summary>
    /// The log of a key, or one after the other. What has no key and an id is sent to the log of its id, because only
    /// there it is found again.
    /// </summary>
    public string LogFor(string stream, string? key)
    {
        string[] logs = _logs[stream];
        return key is null
            ? logs[(uint)Interlocked.Increment(ref _next) % (uint)logs.Length]
            : logs[StreamIds.LogOf(key, logs.Length)];
    }
}
