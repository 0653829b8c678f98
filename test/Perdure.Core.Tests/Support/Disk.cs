using System.Buffers;
using System.Text;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Memory;
using Perdure.Core.Turns;

namespace Perdure.Core.Tests.Support;

/// <summary>A hub in memory with one instance id of interest. It accepts only rows that a real store accepts.</summary>
internal sealed class Disk
{
    public const int Partitions = 4;

    private readonly MemoryStore _store = new("test", new HubSecret(new byte[HubSecret.Length]), Partitions);
    private readonly TurnEncoder _encoder = new();
    private readonly string _id;
    private readonly int _partition;
    private readonly PartitionEpoch[] _fences;
    private long _batch;
    private long _message;

    public Disk(string id)
    {
        _id = id;
        _partition = InstanceIds.Partition(id, Partitions);
        Done(_store.OpenAsync(0, default));
        _fences =
            [.. Enumerable.Range(0, Partitions)
                .Select(p => new PartitionEpoch(p, Done(_store.OpenPartitionAsync(p, 0, default))!.Epoch))];
    }

    public InstanceRow? Row => Done(_store.ReadInstanceAsync(_id, default));

    public IReadOnlyList<HistoryRow> History => Row is { } row
        ? Done(_store.ReadHistoryAsync(new ExecutionKey(row.Key, row.Generation), default))
        : [];

    public int RowsWritten { get; private set; }

    public EntityRow? EntityRow => Done(_store.ReadEntityAsync(_id, default));

    public IReadOnlyList<TimerRow> Timers =>
        Done(_store.ReadTimersAsync(_partition, long.MaxValue, long.MinValue, 0, int.MaxValue, default));

    /// <summary>What waits for the instance in the store, in the order in which a node finds it.</summary>
    public IEnumerable<Message> Mail =>
        Done(_store.ReadMessagesAsync(_partition, long.MinValue, 0, int.MaxValue, default))
            .Where(r => r.Target == _id).Select(MessageCodec.Decode);

    public IEnumerable<Message> Read(IReadOnlyList<MessageKey> keys) =>
        Done(_store.ReadMessagesAsync(keys, default)).Select(MessageCodec.Decode);

    public EntityState LoadEntity() => EntityRow is { } row ? EntityState.Of(row) : new EntityState(_id, _partition);

    public OrchestrationState Load() => Row is not { } row
        ? new OrchestrationState(_id, _partition)
        : OrchestrationState.Load(row, HistoryReader.ReadTurns(History));

    /// <summary>Messages that come as rows were written by their sender.</summary>
    public void Expect(IReadOnlyList<Message> messages)
    {
        List<MessageRow> rows =
            [.. messages.Where(m => m.Row is not null)
                .Select(m => new MessageRow(m.Row!.Value, _id, 3, "[]"u8.ToArray()))];
        if (rows.Count > 0)
            Commit(new TurnRows { Partition = _partition, InsertMessages = rows });
    }

    /// <summary>Their senders' commits, in which they are written as they are.</summary>
    public void Send(IReadOnlyList<Message> messages)
    {
        List<MessageRow> rows =
            [.. messages.Where(m => m.Row is not null).Select(m => MessageCodec.Encode(m.Row!.Value, _id, m))];
        if (rows.Count > 0)
            Commit(new TurnRows { Partition = _partition, InsertMessages = rows });
    }

    public void Write(Turn turn)
    {
        TurnRows rows = turn.Rows;
        for (int i = 0; i < rows.InsertMessages?.Count; i++)
        {
            MessageRow row = rows.InsertMessages[i];
            rows.InsertMessages[i] = row with { Key = row.Key with { Origin = 1, Number = ++_message } };
        }
        if (rows.IsEmpty)
            return;
        Commit(rows);
        RowsWritten += Show.Rows(rows).Count();
    }

    public void Write(OrchestrationTurn turn, int rowBytesMax)
    {
        InstanceRow? before = Row;
        _encoder.Encode(turn, rowBytesMax);
        TurnRows rows = turn.Rows;
        Write(turn);
        if (rows.IsEmpty)
            return;
        if (rows.UpdateInstance is not null)
            Row.ShouldNotBe(before, "an update that changes nothing");
        foreach (HistoryRow row in (HistoryRow[])[rows.History, .. rows.HistoryParts ?? []])
        {
            if (!row.Events.IsEmpty)
                Encode(HistoryReader.ReadRow(row.Events))
                    .ShouldBe(Encoding.UTF8.GetString(row.Events.Span), "a row that is read and written again");
        }
    }

    public void CheckTimers(OrchestrationState state)
    {
        IEnumerable<TimerKey> open = state.Open.All.OfType<HistoryEvent.TimerCreated>()
            .Select(t => new TimerKey(_partition, t.FireAt, t.Number));
        if (state.StartPendingUntil is not null)
            open = open.Append(state.StartTimer);
        Timers.Select(r => r.Key).ToHashSet().SetEquals(open)
            .ShouldBeTrue("a timer has a row exactly while it is open");
    }

    private void Commit(TurnRows rows)
    {
        CommitResult result = Done(_store.CommitAsync(new Batch
        {
            Node = 1, Lane = 0, Number = ++_batch, At = 0, Fences = _fences, Turns = [rows],
        }));
        result.Outcome.ShouldBe(CommitOutcome.Committed, result.Detail);
    }

    private static string Encode(List<HistoryEvent> events)
    {
        ArrayBufferWriter<byte> buffer = new();
        HistoryWriter.WriteRow(buffer, events);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The store in memory completes before it returns.</summary>
    private static T Done<T>(ValueTask<T> task)
    {
        task.IsCompletedSuccessfully.ShouldBeTrue();
        return task.Result;
    }
}
