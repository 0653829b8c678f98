using System.Runtime.InteropServices;
using Perdure.Core;
using Perdure.Core.History;
using Perdure.Core.Stores;
using Perdure.Sqlite.Connections;
using Perdure.Sqlite.Reads;

namespace Perdure.Sqlite.Commits;

/// <summary>
/// Writes the rows of a batch inside an open transaction, one table after the other, in the order of the contract. It
/// returns what keeps the batch from being committed, or null.
/// </summary>
internal sealed partial class BatchRows(Connection connection)
{
    private const long DayMilliseconds = 86_400_000;

    /// <summary>Old commits are looked for once in so many batches, never on the way of an ordinary one.</summary>
    private const int PruneEvery = 2_048;

    private static readonly IReadOnlyDictionary<string, string> EmptyTags = new Dictionary<string, string>();

    private readonly Statement _readEpoch = connection.Prepared(Sql.ReadEpoch);
    private readonly Statement _insertCommit = connection.Prepared(Sql.InsertCommit);
    private readonly Statement _insertInstance = connection.Prepared(Sql.InsertInstance);
    private readonly Statement _insertHistory = connection.Prepared(Sql.InsertHistory);
    private readonly Statement?[] _updates = new Statement?[(int)InstanceColumns.All + 1];

    public CommitResult? Write(Batch batch)
    {
        if (Fence(batch) is { } fenced)
            return fenced;
        _insertCommit.Bind(1, batch.Node).Bind(2, batch.Lane).Bind(3, batch.Number).Bind(4, batch.At).Run();
        if (batch.Number % PruneEvery == 0)
            PruneCommits(batch);
        return DeleteInstances(batch) ?? InsertInstances(batch) ?? UpdateInstances(batch)
            ?? WriteHistory(batch) ?? WriteEntities(batch)
            ?? WriteMessages(batch) ?? WriteTimers(batch) ?? WriteTasks(batch)
            ?? WriteOffers(batch) ?? WriteOutcomes(batch) ?? WriteDeadLetters(batch) ?? WriteStreams(batch)
            ?? AddUsage(batch);
    }

    public bool IsRecorded(Batch batch) =>
        connection.Prepared(Sql.FindCommit).Bind(1, batch.Node).Bind(2, batch.Lane).Bind(3, batch.Number)
            .Scalar() is not null;

    private CommitResult? Fence(Batch batch)
    {
        List<int>? stale = null;
        foreach (var fence in batch.Fences)
        {
            if (_readEpoch.Bind(1, fence.Partition).Scalar() != fence.Epoch)
                (stale ??= []).Add(fence.Partition);
        }
        return stale is null
            ? null
            : new(CommitOutcome.Fenced)
            {
                Partitions = stale,
                Detail = $"Partitions {string.Join(", ", stale)} were taken over.",
            };
    }

    private void PruneCommits(Batch batch) =>
        connection.Prepared(Sql.PruneCommits)
            .Bind(1, batch.Node).Bind(2, batch.Lane).Bind(3, batch.At - DayMilliseconds).Run();

    private CommitResult? DeleteInstances(Batch batch)
    {
        foreach (var turn in batch.Turns)
        {
            if (turn.DeleteInstance is not { } key)
                continue;
            var delete = connection.Prepared(Sql.DeleteInstance).Bind(1, key);
            if (!delete.Step())
                return Missed(turn.Partition, $"instance {key} to delete");
            string id = delete.Text(0);
            delete.Run();
            connection.Prepared(Sql.DeleteInstanceTags).Bind(1, id).Run();
            if (turn.Sweep?.Key != key)
                DeleteHistoryOf(turn.Partition, key);
        }
        return null;
    }

    /// <summary>At once if it is short; the rest of a long one is left to the sweeper.</summary>
    private void DeleteHistoryOf(int partition, long key)
    {
        int max = Limits.Default.RowsDeletedInCommitMax;
        connection.Prepared(Sql.DeleteInstanceHistory).Bind(1, key).Bind(2, max).Run();
        if (connection.Changes == max)
            connection.Prepared(Sql.InsertSweep).Bind(1, partition).Bind(2, key).Bind(3, int.MaxValue).Run();
    }

    private CommitResult? InsertInstances(Batch batch)
    {
        foreach (var turn in batch.Turns)
        {
            if (turn.InsertInstance is not { } row)
                continue;
            _insertInstance.Bind(1, row.Key).Bind(2, row.Partition).Bind(3, row.Id).Bind(4, row.Name)
                .Bind(5, row.Version)
                .Bind(6, (int)row.Status).Bind(7, row.Generation).Bind(8, (int)row.Held).Bind(9, row.Owed ? 1 : 0);
            BindPayload(_insertInstance, 10, row.CustomStatus);
            _insertInstance.Bind(11, row.Created).Bind(12, row.Ended).Bind(13, row.Parent).Run();
            foreach (var (name, value) in turn.Tags ?? EmptyTags)
                connection.Prepared(Sql.InsertTag).Bind(1, name).Bind(2, value).Bind(3, row.Id).Run();
        }
        return null;
    }

    private CommitResult? UpdateInstances(Batch batch)
    {
        foreach (var turn in batch.Turns)
        {
            if (turn.UpdateInstance is { } update && !Update(update))
                return Missed(update.Partition, $"instance {update.Key} to update");
        }
        return null;
    }

    private bool Update(InstanceUpdate update)
    {
        var columns = ColumnsOf(update);
        if (columns == InstanceColumns.None)
            return connection.Prepared(Sql.FindInstance).Bind(1, update.Key).Bind(2, update.Partition)
                .Scalar() is not null;
        var statement = _updates[(int)columns] ??= connection.Prepared(Sql.UpdateInstance(columns));
        statement.Bind(1, update.Key).Bind(2, update.Partition);
        if (update.Status is { } status)
            statement.Bind(3, (int)status);
        if (update.Generation is { } generation)
            statement.Bind(4, generation);
        if (update.Held is { } held)
            statement.Bind(5, (int)held);
        if (update.Owed is { } owed)
            statement.Bind(6, owed ? 1 : 0);
        if (update.CustomStatus is { } customStatus)
            BindPayload(statement, 7, customStatus);
        if (update.Reopened)
            statement.BindNull(8);
        else if (update.Ended is { } ended)
            statement.Bind(8, ended);
        if (update.Version is { } version)
            statement.Bind(9, version);
        return statement.RunOnOne();
    }

    private CommitResult? WriteHistory(Batch batch)
    {
        foreach (var turn in batch.Turns)
        {
            if (turn.DeleteHistory is { } execution)
                connection.Prepared(Sql.DeleteHistory).Bind(1, execution.Key).Bind(2, execution.Generation).Run();
        }
        foreach (var turn in batch.Turns)
        {
            if (turn.Sweep is { } sweep)
            {
                connection.Prepared(Sql.InsertSweep)
                    .Bind(1, sweep.Partition).Bind(2, sweep.Key).Bind(3, sweep.Generation).Run();
            }
        }
        foreach (var turn in batch.Turns)
        {
            if (!turn.History.Events.IsEmpty)
                InsertHistory(turn.Partition, turn.History);
            foreach (var part in CollectionsMarshal.AsSpan(turn.HistoryParts))
                InsertHistory(turn.Partition, part);
        }
        return null;
    }

    private void InsertHistory(int partition, in HistoryRow row) =>
        _insertHistory.Bind(1, partition).Bind(2, row.Key).Bind(3, row.Generation).Bind(4, row.Turn).Bind(5, row.Part)
            .Bind(6, row.At).BindText(7, row.Events.Span).Run();

    private CommitResult? WriteEntities(Batch batch)
    {
        foreach (var turn in batch.Turns)
        {
            if (turn.DeleteEntity is { } id && !connection.Prepared(Sql.DeleteEntity).Bind(1, id).RunOnOne())
                return Missed(turn.Partition, $"entity '{id}' to delete");
            if (turn.UpsertEntity is not { } row)
                continue;
            var upsert = connection.Prepared(Sql.UpsertEntity)
                .Bind(1, row.Partition).Bind(2, row.Id).Bind(3, row.Name).Bind(4, row.Key)
                .Bind(6, row.Holder?.InstanceId)
                .Bind(7, row.Holder is { } holder ? LockRequestText.Of(holder.Task) : null).Bind(8, row.Last);
            BindPayload(upsert, 5, row.State);
            upsert.Run();
        }
        return null;
    }

    private CommitResult? WriteMessages(Batch batch)
    {
        foreach (var turn in batch.Turns)
        {
            foreach (var row in CollectionsMarshal.AsSpan(turn.InsertMessages))
            {
                connection.Prepared(Sql.InsertMessage)
                    .Bind(1, row.Key.Partition).Bind(2, row.Key.Origin).Bind(3, row.Key.Number)
                    .Bind(4, row.Target).Bind(5, row.Kind).BindBlob(6, row.Body.Span).Run();
            }
        }
        foreach (var turn in batch.Turns)
        {
            foreach (var row in CollectionsMarshal.AsSpan(turn.RewriteMessages))
            {
                var rewrite = connection.Prepared(Sql.RewriteMessage)
                    .Bind(1, row.Key.Partition).Bind(2, row.Key.Origin).Bind(3, row.Key.Number)
                    .BindBlob(4, row.Body.Span);
                if (!rewrite.RunOnOne())
                    return Missed(row.Key.Partition, $"message {row.Key}");
            }
        }
        foreach (var turn in batch.Turns)
        {
            foreach (var key in CollectionsMarshal.AsSpan(turn.DeleteMessages))
            {
                var delete = connection.Prepared(Sql.DeleteMessage)
                    .Bind(1, key.Partition).Bind(2, key.Origin).Bind(3, key.Number);
                if (!delete.RunOnOne())
                    return Missed(key.Partition, $"message {key}");
            }
        }
        return null;
    }

    private CommitResult? WriteTimers(Batch batch)
    {
        foreach (var turn in batch.Turns)
        {
            foreach (var row in CollectionsMarshal.AsSpan(turn.InsertTimers))
            {
                connection.Prepared(Sql.InsertTimer).Bind(1, row.Key.Partition).Bind(2, row.Key.Due)
                    .Bind(3, row.Key.Number)
                    .Bind(4, row.Target).BindBlob(5, row.Body.Span).Run();
            }
        }
        foreach (var turn in batch.Turns)
        {
            foreach (var key in CollectionsMarshal.AsSpan(turn.DeleteTimers))
            {
                var delete = connection.Prepared(Sql.DeleteTimer)
                    .Bind(1, key.Partition).Bind(2, key.Due).Bind(3, key.Number);
                if (!delete.RunOnOne())
                    return Missed(key.Partition, $"timer {key}");
            }
        }
        return null;
    }

    /// <summary>Turn by turn: the same work may begin, end and begin again in one batch.</summary>
    private CommitResult? WriteTasks(Batch batch)
    {
        foreach (var turn in batch.Turns)
        {
            foreach (var row in CollectionsMarshal.AsSpan(turn.InsertTasks))
            {
                connection.Prepared(Sql.InsertTask).Bind(1, row.Partition).Bind(2, row.Key).Bind(3, row.Generation)
                    .Bind(4, row.Task).Bind(5, row.Node).Bind(6, row.Deaths).Run();
            }
            foreach (var key in CollectionsMarshal.AsSpan(turn.DeleteTasks))
            {
                connection.Prepared(Sql.DeleteTask)
                    .Bind(1, turn.Partition).Bind(2, key.Key).Bind(3, key.Generation).Bind(4, key.Task).Run();
            }
        }
        return null;
    }

    private CommitResult? WriteOffers(Batch batch)
    {
        foreach (var turn in batch.Turns)
        {
            foreach (var row in CollectionsMarshal.AsSpan(turn.InsertOffers))
            {
                var insert = connection.Prepared(Sql.InsertOffer)
                    .Bind(1, row.Key.Partition).Bind(2, row.Key.Number)
                    .Bind(3, row.Execution.Key).Bind(4, row.Execution.Generation)
                    .Bind(5, row.Target).Bind(6, row.Code).Bind(7, TaskList.Of(row.Tasks))
                    .Bind(9, row.Node);
                BindPayload(insert, 8, new(row.Body));
                insert.Run();
            }
        }
        foreach (var turn in batch.Turns)
        {
            foreach (var key in CollectionsMarshal.AsSpan(turn.DeleteOffers))
                connection.Prepared(Sql.DeleteOffer).Bind(1, key.Partition).Bind(2, key.Number).Run();
        }
        return null;
    }

    private CommitResult? WriteOutcomes(Batch batch)
    {
        foreach (var turn in batch.Turns)
        {
            foreach (var row in CollectionsMarshal.AsSpan(turn.InsertOutcomes))
            {
                connection.Prepared(Sql.InsertOutcome)
                    .Bind(1, row.Id).Bind(2, row.Outcome.ToString()).Bind(3, batch.At).Run();
            }
        }
        return null;
    }

    private CommitResult? WriteDeadLetters(Batch batch)
    {
        foreach (var turn in batch.Turns)
        {
            foreach (var row in turn.InsertDeadLetters ?? [])
            {
                DeadLetterRows.Bound(connection.Prepared(DeadLetterSql.Insert), row, null).Run();
            }
        }
        foreach (var turn in batch.Turns)
        {
            foreach (var change in CollectionsMarshal.AsSpan(turn.UpdateDeadLetters))
            {
                var update = connection.Prepared(DeadLetterSql.Update)
                    .Bind(1, change.Key.Partition).Bind(2, change.Key.Number).Bind(3, (int)change.State)
                    .Bind(5, change.At).Bind(6, change.Entry).Bind(7, change.Successor);
                BindPayload(update, 4, new(change.Record));
                if (!update.RunOnOne())
                    return Missed(change.Key.Partition, $"dead letter {change.Key.Number}");
            }
        }
        return null;
    }

    private CommitResult? WriteStreams(Batch batch)
    {
        foreach (var turn in batch.Turns)
        {
            foreach (var row in CollectionsMarshal.AsSpan(turn.InsertBlocks))
            {
                connection.Prepared(StreamSql.InsertBlock)
                    .Bind(1, row.Partition).Bind(2, row.Log).Bind(3, row.First).Bind(4, row.Count).Bind(5, row.At)
                    .BindBlob(6, row.Body.Span).Run();
            }
        }
        foreach (var turn in batch.Turns)
        {
            foreach (var trim in CollectionsMarshal.AsSpan(turn.TrimLogs))
            {
                connection.Prepared(StreamSql.Trim)
                    .Bind(1, trim.Partition).Bind(2, trim.Log).Bind(3, trim.Before).Run();
            }
        }
        foreach (var turn in batch.Turns)
        {
            foreach (var row in CollectionsMarshal.AsSpan(turn.UpsertReaders))
            {
                connection.Prepared(StreamSql.UpsertReader)
                    .Bind(1, row.Partition).Bind(2, row.Log).Bind(3, row.Name).Bind(4, row.Position).Bind(5, row.At)
                    .BindText(6, row.State.Span).Run();
            }
        }
        foreach (var turn in batch.Turns)
        {
            foreach (var key in CollectionsMarshal.AsSpan(turn.DeleteReaders))
            {
                connection.Prepared(StreamSql.DeleteReader)
                    .Bind(1, key.Partition).Bind(2, key.Log).Bind(3, key.Name).Run();
            }
        }
        return null;
    }

    private static InstanceColumns ColumnsOf(InstanceUpdate update) =>
        (update.Status is null ? 0 : InstanceColumns.Status)
        | (update.Generation is null ? 0 : InstanceColumns.Generation)
        | (update.Held is null ? 0 : InstanceColumns.Held)
        | (update.Owed is null ? 0 : InstanceColumns.Owed)
        | (update.CustomStatus is null ? 0 : InstanceColumns.CustomStatus)
        | (update.Ended is null && !update.Reopened ? 0 : InstanceColumns.Ended)
        | (update.Version is null ? 0 : InstanceColumns.Version);

    private static void BindPayload(Statement statement, int index, Payload payload)
    {
        if (payload.IsNone)
            statement.BindNull(index);
        else
            statement.BindText(index, payload.Span);
    }

    private static CommitResult Missed(int partition, string what) =>
        new(CommitOutcome.Inconsistent)
        {
            Partitions = [partition],
            Detail = $"Missing in partition {partition}: {what}.",
        };
}
