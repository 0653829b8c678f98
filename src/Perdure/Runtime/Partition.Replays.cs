using Perdure.Core.DeadLetters;
using Perdure.Core.Stores;
using Perdure.Runtime.DeadLetters;
using Perdure.Runtime.Streams;
using Perdure.Runtime.Timers;
using Perdure.Telemetry;

namespace Perdure.Runtime;

/// <summary>What was put aside here and is to run again: the state of its row says so, also after a death.</summary>
internal sealed partial class Partition
{
    private const int ReplaysPerRead = 100;

    /// <summary>Those that run, or are on their way.</summary>
    private readonly HashSet<DeadLetterKey> _replaying = [];

    /// <summary>
    /// Those that were done since the store was asked: what it answers may say of them that they are to run.
    /// </summary>
    private readonly HashSet<DeadLetterKey> _replayedSince = [];

    private bool _looksForReplays;
    private bool _looksForMore;

    /// <summary>Asks the store; if that is under way already, once more behind it.</summary>
    public void LookForReplays()
    {
        lock (_gate)
        {
            if (_closed || _held is not null)
                return;
            _looksForMore = _looksForReplays;
            if (_looksForReplays)
                return;
            _looksForReplays = true;
        }
        _node.Scheduler.Queue(static p => _ = p.LookForReplaysAsync(), this);
    }

    /// <summary>It has run, or is where it runs by itself.</summary>
    public void Replayed(DeadLetterKey key)
    {
        lock (_gate)
        {
            _replaying.Remove(key);
            if (_looksForReplays)
                _replayedSince.Add(key);
            LookAtKeys_NeedsLock();
        }
    }

    /// <summary>Keys stand still because of what is aside, and go on when that has ended.</summary>
    private void LookAtKeys_NeedsLock()
    {
        if (_closed || _held is not null)
            return;
        foreach (StreamLog log in _logs.Values)
            log.LookAtKeys_NeedsLock();
    }

    private async Task LookForReplaysAsync()
    {
        while (true)
        {
            long epoch = Epoch;
            try
            {
                await ReadReplaysAsync(epoch);
            }
            catch (StoreException e)
            {
                // The audit looks again.
                _node.Logger.RoundFailed(e);
            }
            lock (_gate)
            {
                _replayedSince.Clear();
                if (!_looksForMore)
                {
                    _looksForReplays = false;
                    LookAtKeys_NeedsLock();
                    return;
                }
                _looksForMore = false;
            }
        }
    }

    private async Task ReadReplaysAsync(long epoch)
    {
        DeadLetterQuery query = new()
        {
            State = DeadLetterState.Replaying, Partition = Number, PageSize = ReplaysPerRead,
        };
        while (true)
        {
            DeadLetterPage page = await _node.Store.QueryDeadLettersAsync(query, CancellationToken.None);
            foreach (DeadLetterRow row in page.Rows)
                Replay(row, epoch);
            if (page.After is null)
                return;
            query = query with { After = page.After };
        }
    }

    private void Replay(DeadLetterRow row, long epoch)
    {
        DeadLetterRecord record;
        DeadLetterReplayTarget target;
        try
        {
            (record, target) = (DeadLetterRecord.Decode(row.Record), ReplayTargets.Of(row.Trail));
        }
        catch (FormatException e)
        {
            _node.Logger.LoadFailed($"dead letter {row.Key}", e);
            return;
        }
        lock (_gate)
        {
            if (_closed || _epoch != epoch || epoch == 0 || _replayedSince.Contains(row.Key)
                || !_replaying.Add(row.Key))
                return;
            if (record.Place is { } end && target == DeadLetterReplayTarget.Tail)
                _node.LaneOf(this).Append(new TailReplay(this, row, record, end.Log));
            else if (record.Place is { } place)
                Log_NeedsLock(place.Log).Replay_NeedsLock(new Replay(row, record));
            else if (TimerReplay.Is(row))
                _node.LaneOf(this).Append(new TimerReplay(this, row, record.Enqueued));
            else
                _node.LaneOf(this).Append(new QueueReplay(this, row, record));
        }
        _node.LaneOf(this).Go();
    }
}
