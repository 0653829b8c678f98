using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Queues;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.Core.Timers;
using Perdure.Core.Usage;
using Perdure.Runtime.Circuits;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;
using Perdure.Simulation.Workload;

namespace Perdure.Simulation.Checking;

/// <summary>
/// Queues and streams: every event is in one place, a checkpoint passes only what is done or put aside, and what a
/// function sent is in the commit that says that it is done.
/// </summary>
internal sealed partial class Ledger
{
    private readonly Dictionary<string, EventRecord> _events = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LogRecord> _logs = new(StringComparer.Ordinal);

    /// <summary>Under which numbers deaths are counted of what runs for messages and events.</summary>
    private readonly HashSet<long> _eventTasks = [];

    /// <summary>How many logs there are.</summary>
    public int Logs => _logs.Count;

    /// <summary>Events that are durable and not done.</summary>
    public IEnumerable<EventRecord> OpenEvents =>
        _events.Values.Where(e => e.Place is EventPlace.InMessage or EventPlace.Waiting);

    public EventRecord EventOf(string id)
    {
        if (!_events.TryGetValue(id, out EventRecord? record))
            _events.Add(id, record = new EventRecord(id));
        return record;
    }

    private void Events(TurnRows rows, SimulatedProcess process)
    {
        foreach (MessageRow row in rows.RewriteMessages ?? [])
            Rewrite(row);
        foreach (DeadLetterRow dead in rows.InsertDeadLetters ?? [])
            PutAside(dead);
        foreach (DeadLetterUpdate update in rows.UpdateDeadLetters ?? [])
            Change(update);
        foreach (BlockRow block in rows.InsertBlocks ?? [])
            Append(block);
        foreach (ReaderRow reader in rows.UpsertReaders ?? [])
        {
            if (TimerIds.Is(reader.Log))
                Tick(reader, rows, process);
            else
                Advance(reader);
        }
    }

    /// <summary>A message of a queue, or events on their way to their log.</summary>
    private void SendEvent(string target, Message message)
    {
        if (message is Message.QueueItem item)
        {
            _eventTasks.Add(EntityInstanceIds.TaskKey($"{QueueIds.QueueOf(target)}/{item.Id}"));
            if (!IsNotice(target))
                Come(EventOf(item.Id), EventPlace.Waiting);
        }
        foreach (EventData data in (message as Message.Append)?.Events ?? [])
            Come(EventOf(data.Id), EventPlace.InMessage);
    }

    private void ConsumeEvent(string target, Message.QueueItem item, TurnRows rows)
    {
        if (IsNotice(target))
            return;
        EventRecord record = EventOf(item.Id);
        if (record.Succeeded == 0 && !record.IsPutAside)
            Violate($"'{item.Id}' was taken out of its queue, and its function has never ended well.");
        int echoes = record.IsPutAside ? 0 : record.Plan?.Echoes ?? 0;
        int sent = (rows.InsertMessages ?? []).Where(m => m.Kind == EventCodec.Kind)
            .Sum(m => EventCodec.Decode(m.Body).Length);
        if (sent != echoes)
            Violate($"'{item.Id}' was taken out of its queue with {sent} events instead of {echoes}.");
        record.Place = EventPlace.Done;
        CheckUsed(record, rows);
    }

    /// <summary>What is taken out of its queue is counted in the same commit, and once.</summary>
    private void CheckUsed(EventRecord record, TurnRows rows)
    {
        UsageCounts used = (rows.AddUsage ?? []).Aggregate(default(UsageCounts), (sum, row) => sum + row.Counts);
        (long aside, long done) = record.IsPutAside ? (1, 0) : (0, 1);
        if (used.DeadLettered != aside || used.Succeeded != done || used.Executions > 1)
            Violate($"'{record.Id}' was taken out of its queue, and is counted as {used}.");
    }

    private void Rewrite(MessageRow row)
    {
        if (!_messages.TryGetValue(row.Key, out var entry))
        {
            Violate($"Message {row.Key} was written over and is not there.");
            return;
        }
        MessageRow kept = entry.Row with { Body = row.Body.ToArray() };
        Message.QueueItem before = (Message.QueueItem)entry.Message;
        Message.QueueItem after = (Message.QueueItem)MessageCodec.Decode(kept);
        if (after.Id != before.Id || after.Failures != before.Failures + 1)
            Violate($"'{before.Id}' with {before.Failures} failures became '{after.Id}' with {after.Failures}.");
        _messages[row.Key] = (kept, after, entry.Process);
        simulation.Counters.Add(Rare.EventRetried);
    }

    private void PutAside(DeadLetterRow dead)
    {
        // Of the timer: looked at when its occurrence ends, which is in the same turn.
        if (dead.Source == $"timer {TriggeredFunctions.Timer}" || dead.Source == $"queue {CircuitNotices.Queue}")
            return;
        EventRecord record = EventOf(dead.EventId);
        _letters.Add(dead.Key, record);
        _eventTasks.Add(EntityInstanceIds.TaskKey($"dead letter {dead.Key}"));
        if (record.Place == EventPlace.Done || record.IsPutAside)
            Violate($"'{dead.EventId}' was put aside, and is done already.");
        if (dead.Function is nameof(BankFunctions.Pay) or nameof(BankFunctions.Settle))
            PutAsideForBank(dead, record);
        else if (dead.Class == DeadLetterReason.KeyHeld)
        {
            // What was may have run again by now, without that being known where the other was put aside.
            if (record.Log?.OfKeyBefore(record).Any(e => e.WasPutAside) != true)
                Violate($"'{dead.EventId}' waits aside, and nothing of its key was aside before it.");
            simulation.Counters.Add(Rare.KeyHeld);
        }
        else if (dead.Class != DeadLetterReason.CrashSuspect
            && record.Plan is not { Fails: > TriggeredFunctions.Retries })
            Violate($"'{dead.EventId}' was put aside ({dead.Class}), and would have succeeded.");
        record.IsPutAside = true;
        simulation.Counters.Add(Rare.PutAside);
    }

    private void Append(BlockRow block)
    {
        if (!_logs.TryGetValue(block.Log, out LogRecord? log))
            _logs.Add(block.Log, log = NewLog(block.Log));
        if (block.First < log.Next)
            Violate($"A block of '{block.Log}' begins at {block.First}, and the log is at {log.Next}.");
        foreach (StoredEvent stored in EventCodec.Decode(block))
        {
            EventRecord record = EventOf(stored.Data.Id);
            if (record.Log is not null)
                Violate($"'{record.Id}' stands in '{block.Log}' twice.");
            Come(record, EventPlace.Waiting);
            (record.Log, record.Number, record.Key) = (log, stored.Number, stored.Data.Key);
            log.Add(record);
            _eventTasks.Add(EntityInstanceIds.TaskKey($"{block.Log}/$default/{stored.Number}"));
        }
    }

    private void Advance(ReaderRow row)
    {
        if (!_logs.TryGetValue(row.Log, out LogRecord? log))
            _logs.Add(row.Log, log = NewLog(row.Log));
        ReaderState state = ReaderStateCodec.Decode(row.Position, row.State);
        if (state.Position < log.Position || state.Position > log.Next)
            Violate($"The checkpoint of '{row.Log}' goes from {log.Position} to {state.Position} of {log.Next}.");
        foreach ((long from, long end) in state.Done.Prepend((log.Position, state.Position)))
        {
            foreach (EventRecord record in log.Between(from, end))
            {
                if (record.Succeeded == 0 && !record.IsPutAside)
                    Violate($"The checkpoint of '{row.Log}' passes '{record.Id}', which is not done.");
                record.Place = EventPlace.Done;
            }
        }
        foreach (EventRecord record in log.Between(state.Position, long.MaxValue))
        {
            // What is put aside in this very commit is done with it, whatever the row says.
            if ((record.Place == EventPlace.Done || record.IsPutAside) && !state.Done.Contains(record.Number))
                Violate($"The reader of '{row.Log}' forgets that '{record.Id}' is done.");
        }
        log.Position = state.Position;
        if (log.IsByKey && state.Keys.Values.Any(k => k.Failures > 0))
            simulation.Counters.Add(Rare.KeyRetried);
        if (log.IsByKey && state.Done.Count > 0)
            simulation.Counters.Add(Rare.KeyAhead);
        simulation.Trace($"  reader of {row.Log}: at {state.Position}, {state.Failures} failures, pieces of "
            + $"{state.Piece} to {state.PieceEnd}{(state.IsSearching ? ", searching" : "")}");
        simulation.Counters.Add(state switch
        {
            { IsSearching: true } => Rare.Searching,
            { Failures: > 0 } => Rare.EventRetried,
            { Done.Count: > 0 } => Rare.DoneBeyond,
            _ => Rare.Checkpoint,
        });
    }

    private void Come(EventRecord record, EventPlace place)
    {
        // On its way to its log once more, which is to leave it out.
        if (record is { IsSentAgain: true, Log: not null })
            return;
        if (record.WasRefused)
            Violate($"'{record.Id}' was refused, and is there.");
        if (record.Place == EventPlace.Done)
            Violate($"'{record.Id}' comes again, and is done.");
        record.Place = place;
    }

    /// <summary>What is aside and holds its key.</summary>
    public IEnumerable<EventRecord> HoldingKeys =>
        _logs.Values.Where(l => l.IsByKey).SelectMany(l => l.All).Where(e => e is { IsPutAside: true, Key: not null });

    private static LogRecord NewLog(string id) => new(StreamIds.Split(id).Stream == GossipFunctions.Stream);

    private static bool IsOfEvents(string target) => QueueIds.Is(target);
}
