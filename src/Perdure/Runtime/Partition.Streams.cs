using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Runtime.Streams;

namespace Perdure.Runtime;

/// <summary>Streams: their logs whose ids belong here, and who reads them.</summary>
internal sealed partial class Partition
{
    private readonly Dictionary<string, StreamLog> _logs = new(StringComparer.Ordinal);

    /// <summary>Where a log ends and what its readers know, as memory has it; for tests.</summary>
    public (long End, IReadOnlyList<ReaderState> Readers) LogHere(string id)
    {
        lock (_gate)
            return _logs.TryGetValue(id, out StreamLog? log)
                ? (log.End_NeedsLock, [.. log.Readers_NeedsLock.Select(r => r.State_NeedsLock)])
                : default;
    }

    /// <summary>Does something with a log under the lock, unless it is not there any more.</summary>
    public void Guard(StreamLog log, Action action)
    {
        lock (_gate)
        {
            if (!_closed && _epoch == log.Epoch)
                action();
        }
    }

    /// <summary>Lets the functions of this program read what is here.</summary>
    private void OpenLogs_NeedsLock()
    {
        foreach (string id in _node.Functions.Streams.Select(f => f.Consumer.Stream).Distinct()
            .SelectMany(_node.Streams.Logs).Where(id => _node.PartitionOf(id) == this))
            Log_NeedsLock(id);
    }

    /// <summary>Lets go of what the streams here have kept long enough.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async Task TrimLogsAsync(Func<string, long?> olderThan, CancellationToken cancellationToken)
    {
        StreamLog[] logs;
        lock (_gate)
            logs = [.. _logs.Values];
        foreach (StreamLog log in logs)
        {
            if (olderThan(log.Stream) is { } time)
                await log.TrimAsync(time, cancellationToken);
        }
    }

    private void Put_NeedsLock(string target, Message.Append message) =>
        Log_NeedsLock(target).Append_NeedsLock(message);

    private StreamLog Log_NeedsLock(string id)
    {
        if (_logs.TryGetValue(id, out StreamLog? log))
            return log;
        _logs.Add(id, log = new StreamLog(id, this));
        log.Open();
        return log;
    }

    /// <summary>What came before its log was read, and somebody waits for.</summary>
    private IEnumerable<(string Id, Message Message, bool IsNew)> EarlyRequests_NeedsLock() =>
        from log in _logs.Values from message in log.Unanswered_NeedsLock select (log.Id, (Message)message, false);

    private void AbandonLogs_NeedsLock()
    {
        foreach (StreamLog log in _logs.Values)
            log.Abandon_NeedsLock();
        _logs.Clear();
    }
}
