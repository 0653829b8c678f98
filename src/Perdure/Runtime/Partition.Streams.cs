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

    /// <summary>How many keys of a log stand still, as its readers know it; for tests.</summary>
    public int HeldKeys(string id)
    {
        lock (_gate)
            return _logs.TryGetValue(id, out StreamLog? log) ? log.Readers_NeedsLock.Sum(r => r.HeldKeys_NeedsLock) : 0;
    }

    /// <summary>How many commands wait for the ends of batches; for tests.</summary>
    public int Waits(string id)
    {
        lock (_gate)
        {
            return _logs.TryGetValue(id, out StreamLog? log)
                ? log.Readers_NeedsLock.Sum(r => r.Commands_NeedsLock.Count())
                : 0;
        }
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

    private void PutToLog_NeedsLock(string target, Message message)
    {
        if (message is Message.Checkpoint command)
            Log_NeedsLock(target).Obey_NeedsLock(command);
        else
            Log_NeedsLock(target).Append_NeedsLock((Message.Append)message);
    }

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
        from log in _logs.Values from message in log.Unanswered_NeedsLock select (log.Id, message, false);

    private void AbandonLogs_NeedsLock()
    {
        foreach (StreamLog log in _logs.Values)
            log.Abandon_NeedsLock();
        _logs.Clear();
    }
}
