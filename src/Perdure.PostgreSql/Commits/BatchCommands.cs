using System.Runtime.InteropServices;
using Npgsql;
using Perdure.Core;
using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Core.Usage;
using Perdure.PostgreSql.Reads;
using static Perdure.PostgreSql.Commits.Columns;

namespace Perdure.PostgreSql.Commits;

/// <summary>
/// A batch as a handful of statements, one for each table and kind of change that it has, in the order of the contract.
/// They are sent in one go and are one transaction; whichever finds something wrong ends it.
/// </summary>
internal static class BatchCommands
{
    private const long DayMilliseconds = 86_400_000;

    /// <summary>Old commits are looked for once in so many batches, never on the way of an ordinary one.</summary>
    private const int PruneEvery = 2_048;

    public static void Add(NpgsqlBatch to, Batch batch, Sql sql)
    {
        NpgsqlBatchCommandCollection commands = to.BatchCommands;
        commands.Add(Command(
            sql.Fence, Ints(batch.Fences, f => f.Partition), Longs(batch.Fences, f => f.Epoch), Of(batch.Node)));
        commands.Add(Command(sql.Commits.Insert, Of(batch.Node), Of(batch.Lane), Of(batch.Number), Of(batch.At)));
        if (batch.Number % PruneEvery == 0)
            commands.Add(Command(sql.Commits.Prune, Of(batch.Node), Of(batch.Lane), Of(batch.At - DayMilliseconds)));
        AddInstances(commands, batch.Turns, sql);
        AddHistory(commands, batch.Turns, sql);
        AddEntities(commands, batch.Turns, sql);
        AddMessages(commands, batch.Turns, sql);
        AddTimers(commands, batch.Turns, sql);
        AddTasks(commands, batch.Turns, sql);
        AddOffers(commands, batch.Turns, sql);
        AddDeadLetters(commands, batch.Turns, sql);
        AddStreams(commands, batch.Turns, sql.Streams);
        AddUsage(commands, batch.Turns, sql.Usage);
        List<OutcomeRow> outcomes = All(batch.Turns, t => t.InsertOutcomes);
        if (outcomes.Count > 0)
        {
            commands.Add(Command(
                sql.InsertOutcomes, Texts(outcomes, o => o.Id), Texts(outcomes, o => o.Outcome.ToString()),
                Of(batch.At)));
        }
    }

    private static void AddInstances(
        NpgsqlBatchCommandCollection commands, IReadOnlyList<TurnRows> turns, Sql sql)
    {
        List<TurnRows> deleted = [.. turns.Where(t => t.DeleteInstance is not null)];
        if (deleted.Count > 0)
        {
            commands.Add(Command(
                sql.DeleteInstances, Ints(deleted, t => t.Partition), Longs(deleted, t => t.DeleteInstance!.Value),
                Booleans(deleted, t => t.Sweep?.Key == t.DeleteInstance), Of(Limits.Default.RowsDeletedInCommitMax)));
        }
        List<InstanceRow> inserted = [.. turns.Select(t => t.InsertInstance).OfType<InstanceRow>()];
        if (inserted.Count > 0)
            commands.Add(Insert(inserted, sql));
        List<(string Name, string Value, string Id)> tags = [.. turns
            .Where(t => t.InsertInstance is not null)
            .SelectMany(t => (t.Tags ?? EmptyTags).Select(tag => (tag.Key, tag.Value, t.InsertInstance!.Id)))];
        if (tags.Count > 0)
        {
            commands.Add(Command(
                sql.InsertTags, Texts(tags, t => t.Name), Texts(tags, t => t.Value), Texts(tags, t => t.Id)));
        }
        List<InstanceUpdate> updates = Updates(turns);
        if (updates.Count > 0)
            commands.Add(Update(updates, sql));
    }

    /// <summary>
    /// One for each instance, because the statement takes each row once: inputs that are recorded ahead and the turn
    /// that takes them may meet in a batch.
    /// </summary>
    private static List<InstanceUpdate> Updates(IReadOnlyList<TurnRows> turns)
    {
        List<InstanceUpdate> updates = new(turns.Count);
        Dictionary<(int, long), int> places = new(turns.Count);
        foreach (TurnRows turn in turns)
        {
            if (turn.UpdateInstance is not { } update)
                continue;
            if (places.TryAdd((update.Partition, update.Key), updates.Count))
                updates.Add(update);
            else
                updates[places[(update.Partition, update.Key)]] =
                    updates[places[(update.Partition, update.Key)]].Then(update);
        }
        return updates;
    }

    private static readonly IReadOnlyDictionary<string, string> EmptyTags = new Dictionary<string, string>();

    private static NpgsqlBatchCommand Insert(List<InstanceRow> rows, Sql sql) => Command(
        sql.InsertInstances,
        Longs(rows, r => r.Key), Ints(rows, r => r.Partition), Texts(rows, r => r.Id), Texts(rows, r => r.Name),
        Texts(rows, r => r.Version), Ints(rows, r => (int)r.Status), Ints(rows, r => r.Generation),
        Ints(rows, r => (int)r.Held), Booleans(rows, r => r.Owed), Utf8(rows, r => r.CustomStatus.Json),
        Longs(rows, r => r.Created), LongsOrNull(rows, r => r.Ended), Texts(rows, r => r.Parent));

    private static NpgsqlBatchCommand Update(List<InstanceUpdate> rows, Sql sql) => Command(
        sql.UpdateInstances,
        Ints(rows, r => r.Partition), Longs(rows, r => r.Key), IntsOrNull(rows, r => (int?)r.Status),
        IntsOrNull(rows, r => r.Generation), IntsOrNull(rows, r => (int?)r.Held), BooleansOrNull(rows, r => r.Owed),
        Booleans(rows, r => r.CustomStatus is not null), Utf8(rows, r => r.CustomStatus?.Json ?? default),
        LongsOrNull(rows, r => r.Ended), Booleans(rows, r => r.Reopened), Texts(rows, r => r.Version));

    private static void AddHistory(NpgsqlBatchCommandCollection commands, IReadOnlyList<TurnRows> turns, Sql sql)
    {
        List<ExecutionKey> deleted = [.. turns.Select(t => t.DeleteHistory).OfType<ExecutionKey>()];
        if (deleted.Count > 0)
            commands.Add(Command(sql.DeleteHistories, Longs(deleted, e => e.Key), Ints(deleted, e => e.Generation)));
        List<SweepRow> sweeps = [.. turns.Select(t => t.Sweep).OfType<SweepRow>()];
        if (sweeps.Count > 0)
        {
            commands.Add(Command(
                sql.InsertSweeps, Ints(sweeps, s => s.Partition), Longs(sweeps, s => s.Key),
                Ints(sweeps, s => s.Generation)));
        }
        List<(int Partition, HistoryRow Row)> rows = new(turns.Count);
        foreach (TurnRows turn in turns)
        {
            if (!turn.History.Events.IsEmpty)
                rows.Add((turn.Partition, turn.History));
            foreach (HistoryRow part in CollectionsMarshal.AsSpan(turn.HistoryParts))
                rows.Add((turn.Partition, part));
        }
        if (rows.Count == 0)
            return;
        commands.Add(Command(
            sql.InsertHistory,
            Ints(rows, r => r.Partition), Longs(rows, r => r.Row.Key), Ints(rows, r => r.Row.Generation),
            Ints(rows, r => r.Row.Turn), Ints(rows, r => r.Row.Part), Longs(rows, r => r.Row.At),
            Utf8(rows, r => r.Row.Events)));
    }

    /// <summary>
    /// The last turn of a batch counts. What the first one found decides whether the row had to be there.
    /// </summary>
    private static void AddEntities(NpgsqlBatchCommandCollection commands, IReadOnlyList<TurnRows> turns, Sql sql)
    {
        List<(int Partition, string Id, bool Must)> deleted = [];
        Dictionary<string, EntityRow> upserted = new(StringComparer.Ordinal);
        foreach (TurnRows turn in turns)
        {
            if (turn.DeleteEntity is { } id)
                deleted.Add((turn.Partition, id, Must: !upserted.Remove(id)));
            if (turn.UpsertEntity is { } row)
                upserted[row.Id] = row;
        }
        if (deleted.Count > 0)
        {
            commands.Add(Command(
                sql.DeleteEntities, Ints(deleted, d => d.Partition), Texts(deleted, d => d.Id),
                Booleans(deleted, d => d.Must)));
        }
        if (upserted.Count == 0)
            return;
        List<EntityRow> rows = [.. upserted.Values];
        commands.Add(Command(
            sql.UpsertEntities,
            Ints(rows, r => r.Partition), Texts(rows, r => r.Id), Texts(rows, r => r.Name), Texts(rows, r => r.Key),
            Utf8(rows, r => r.State.Json), Texts(rows, r => r.Holder?.InstanceId),
            Texts(rows, r => r.Holder is { } holder ? LockRequestText.Of(holder.Task) : null),
            Longs(rows, r => r.Last)));
    }

    private static void AddMessages(NpgsqlBatchCommandCollection commands, IReadOnlyList<TurnRows> turns, Sql sql)
    {
        List<MessageRow> rows = All(turns, t => t.InsertMessages);
        if (rows.Count > 0)
        {
            commands.Add(Command(
                sql.InsertMessages,
                Ints(rows, r => r.Key.Partition), Longs(rows, r => r.Key.Origin), Longs(rows, r => r.Key.Number),
                Texts(rows, r => r.Target), Ints(rows, r => r.Kind), Bytes(rows, r => r.Body)));
        }
        // The last one of a batch counts; the statement takes each row once.
        List<MessageRow> rewritten =
            [.. All(turns, t => t.RewriteMessages).GroupBy(r => r.Key).Select(same => same.Last())];
        if (rewritten.Count > 0)
        {
            commands.Add(Command(
                sql.RewriteMessages,
                Ints(rewritten, r => r.Key.Partition), Longs(rewritten, r => r.Key.Origin),
                Longs(rewritten, r => r.Key.Number), Bytes(rewritten, r => r.Body)));
        }
        List<MessageKey> keys = All(turns, t => t.DeleteMessages);
        if (keys.Count > 0)
        {
            commands.Add(Command(
                sql.DeleteMessages,
                Ints(keys, k => k.Partition), Longs(keys, k => k.Origin), Longs(keys, k => k.Number)));
        }
    }

    private static void AddTimers(NpgsqlBatchCommandCollection commands, IReadOnlyList<TurnRows> turns, Sql sql)
    {
        List<TimerRow> rows = All(turns, t => t.InsertTimers);
        if (rows.Count > 0)
        {
            commands.Add(Command(
                sql.InsertTimers,
                Ints(rows, r => r.Key.Partition), Longs(rows, r => r.Key.Due), Longs(rows, r => r.Key.Number),
                Texts(rows, r => r.Target), Bytes(rows, r => r.Body)));
        }
        List<TimerKey> keys = All(turns, t => t.DeleteTimers);
        if (keys.Count > 0)
        {
            commands.Add(Command(
                sql.DeleteTimers,
                Ints(keys, k => k.Partition), Longs(keys, k => k.Due), Longs(keys, k => k.Number)));
        }
    }

    private static void AddOffers(NpgsqlBatchCommandCollection commands, IReadOnlyList<TurnRows> turns, Sql sql)
    {
        List<OfferRow> rows = All(turns, t => t.InsertOffers);
        if (rows.Count > 0)
        {
            commands.Add(Command(
                sql.Offers.Insert,
                Ints(rows, r => r.Key.Partition), Longs(rows, r => r.Key.Number), Longs(rows, r => r.Execution.Key),
                Ints(rows, r => r.Execution.Generation), Texts(rows, r => r.Target), Texts(rows, r => r.Code),
                Texts(rows, r => TaskList.Of(r.Tasks)), Utf8(rows, r => r.Body), Longs(rows, r => r.Node)));
        }
        List<OfferKey> keys = All(turns, t => t.DeleteOffers);
        if (keys.Count > 0)
            commands.Add(Command(sql.Offers.Delete, Ints(keys, k => k.Partition), Longs(keys, k => k.Number)));
    }

    private static void AddDeadLetters(NpgsqlBatchCommandCollection commands, IReadOnlyList<TurnRows> turns, Sql sql)
    {
        List<DeadLetterRow> rows = All(turns, t => t.InsertDeadLetters);
        if (rows.Count > 0)
        {
            commands.Add(Command(
                sql.DeadLetters.Insert,
                Ints(rows, r => r.Key.Partition), Longs(rows, r => r.Key.Number), Texts(rows, r => r.Source),
                Texts(rows, r => r.Function), Texts(rows, r => r.EventId), Texts(rows, r => r.Order),
                Ints(rows, r => (int)r.Class), Texts(rows, r => r.Fingerprint), Ints(rows, r => (int)r.State),
                Longs(rows, r => r.At), Utf8(rows, r => r.Record)));
        }
        List<DeadLetterUpdate> updates =
            [.. All(turns, t => t.UpdateDeadLetters).GroupBy(u => u.Key)
                .Select(same => same.Last() with { Entry = string.Concat(same.Select(u => u.Entry)) })];
        if (updates.Count > 0)
        {
            commands.Add(Command(
                sql.DeadLetters.Update,
                Ints(updates, u => u.Key.Partition), Longs(updates, u => u.Key.Number),
                Ints(updates, u => (int)u.State), Utf8(updates, u => u.Record), Longs(updates, u => u.At),
                Texts(updates, u => u.Entry), LongsOrNull(updates, u => u.Successor)));
        }
    }

    private static void AddStreams(NpgsqlBatchCommandCollection commands, IReadOnlyList<TurnRows> turns, StreamSql sql)
    {
        List<BlockRow> blocks = All(turns, t => t.InsertBlocks);
        if (blocks.Count > 0)
        {
            commands.Add(Command(
                sql.InsertBlocks,
                Ints(blocks, b => b.Partition), Texts(blocks, b => b.Log), Longs(blocks, b => b.First),
                Ints(blocks, b => b.Count), Longs(blocks, b => b.At), Bytes(blocks, b => b.Body)));
        }
        List<LogTrim> trims = All(turns, t => t.TrimLogs);
        if (trims.Count > 0)
        {
            commands.Add(Command(
                sql.Trim, Ints(trims, t => t.Partition), Texts(trims, t => t.Log), Longs(trims, t => t.Before)));
        }
        // As with messages: the last one counts.
        List<ReaderRow> readers =
            [.. All(turns, t => t.UpsertReaders).GroupBy(r => (r.Partition, r.Log, r.Name)).Select(r => r.Last())];
        if (readers.Count > 0)
        {
            commands.Add(Command(
                sql.UpsertReaders,
                Ints(readers, r => r.Partition), Texts(readers, r => r.Log), Texts(readers, r => r.Name),
                Longs(readers, r => r.Position), Longs(readers, r => r.At), Utf8(readers, r => r.State)));
        }
        List<ReaderKey> gone = All(turns, t => t.DeleteReaders);
        if (gone.Count > 0)
        {
            commands.Add(Command(
                sql.DeleteReaders, Ints(gone, r => r.Partition), Texts(gone, r => r.Log), Texts(gone, r => r.Name)));
        }
    }

    private static void AddUsage(NpgsqlBatchCommandCollection commands, IReadOnlyList<TurnRows> turns, UsageSql sql)
    {
        List<UsageRow> rows = UsageRow.Of(turns);
        if (rows.Count == 0)
            return;
        commands.Add(Command(
            sql.Add,
            Longs(rows, r => r.Key.Minute), Texts(rows, r => r.Key.Function), Texts(rows, r => r.Key.Trigger),
            Texts(rows, r => r.Key.Version), Longs(rows, r => r.Key.Node), Longs(rows, r => r.Counts.Executions),
            Longs(rows, r => r.Counts.Succeeded), Longs(rows, r => r.Counts.Failed),
            Longs(rows, r => r.Counts.Retried), Longs(rows, r => r.Counts.DeadLettered),
            Longs(rows, r => r.Counts.BilledMs), Longs(rows, r => r.Counts.WallUs),
            Longs(rows, r => r.Counts.MemoryMbMs)));
    }

    /// <summary>
    /// Turn by turn: the same work may begin, end and begin again in one batch, and the last one counts.
    /// </summary>
    private static void AddTasks(NpgsqlBatchCommandCollection commands, IReadOnlyList<TurnRows> turns, Sql sql)
    {
        Dictionary<(int Partition, TaskKey Key), TaskRow?> last = [];
        foreach (TurnRows turn in turns)
        {
            foreach (TaskRow row in CollectionsMarshal.AsSpan(turn.InsertTasks))
                last[(row.Partition, new TaskKey(row.Key, row.Generation, row.Task))] = row;
            foreach (TaskKey key in CollectionsMarshal.AsSpan(turn.DeleteTasks))
                last[(turn.Partition, key)] = null;
        }
        List<(int Partition, TaskKey Key)> keys = [.. last.Where(l => l.Value is null).Select(l => l.Key)];
        if (keys.Count > 0)
        {
            commands.Add(Command(
                sql.DeleteTasks,
                Ints(keys, k => k.Partition), Longs(keys, k => k.Key.Key), Ints(keys, k => k.Key.Generation),
                Ints(keys, k => k.Key.Task)));
        }
        List<TaskRow> rows = [.. last.Values.OfType<TaskRow>()];
        if (rows.Count > 0)
        {
            commands.Add(Command(
                sql.InsertTasks,
                Ints(rows, r => r.Partition), Longs(rows, r => r.Key), Ints(rows, r => r.Generation),
                Ints(rows, r => r.Task), Longs(rows, r => r.Node), Ints(rows, r => r.Deaths)));
        }
    }

    private static List<T> All<T>(IReadOnlyList<TurnRows> turns, Func<TurnRows, List<T>?> rows)
    {
        List<T> all = [];
        foreach (TurnRows turn in turns)
        {
            if (rows(turn) is { } some)
                all.AddRange(some);
        }
        return all;
    }
}
