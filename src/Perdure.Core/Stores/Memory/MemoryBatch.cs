using Perdure.Core.Identity;
using Perdure.Core.Usage;

namespace Perdure.Core.Stores.Memory;

/// <summary>
/// Applies one batch to the tables in the order of the contract, and takes all of it back when a step fails.
/// </summary>
internal sealed class MemoryBatch(MemoryTables tables, Batch batch)
{
    public CommitResult Apply()
    {
        var problem = Fence() ?? Record()
            ?? DeleteInstances() ?? InsertInstances() ?? UpdateInstances()
            ?? DeleteHistories() ?? ListForSweeping() ?? InsertHistory() ?? WriteEntities()
            ?? InsertMessages() ?? RewriteMessages() ?? DeleteMessages() ?? InsertTimers() ?? DeleteTimers()
            ?? WriteTasks() ?? InsertOffers() ?? DeleteOffers() ?? InsertOutcomes() ?? InsertDeadLetters()
            ?? UpdateDeadLetters() ?? InsertBlocks() ?? TrimLogs() ?? UpsertReaders() ?? DeleteReaders() ?? AddUsage();
        if (problem is null)
            tables.Journal.Keep();
        else
            tables.Journal.Undo();
        return problem ?? CommitResult.Committed;
    }

    private CommitResult? Fence()
    {
        var stale = batch.Fences
            .Where(f => tables.Partitions[f.Partition].Epoch != f.Epoch)
            .Select(f => f.Partition)
            .ToArray();
        return stale.Length == 0
            ? null
            : new(CommitOutcome.Fenced)
            {
                Partitions = stale,
                Detail = $"Partitions {string.Join(", ", stale)} were taken over.",
            };
    }

    private CommitResult? Record() =>
        tables.Commits.Insert((batch.Node, batch.Lane, batch.Number), batch.At)
            ? null
            : Refused($"Batch {batch.Number} of lane {batch.Lane} of node {batch.Node} is already written.");

    private CommitResult? DeleteInstances()
    {
        foreach (var turn in batch.Turns)
        {
            if (turn.DeleteInstance is not { } key)
                continue;
            if (!tables.Instances.TryGet(key, out var row))
                return Missed(turn.Partition, $"instance {key} to delete");
            tables.Instances.Remove(key);
            tables.Ids.Remove(row.Id);
            tables.Tags.Remove(row.Id);
            if (turn.Sweep?.Key != key)
                RemoveHistoryOf(turn.Partition, key);
        }
        return null;
    }

    /// <summary>At once if it is short; the rest of a long one is left to the sweeper.</summary>
    private void RemoveHistoryOf(int partition, long key)
    {
        int max = Limits.Default.RowsDeletedInCommitMax;
        var rows = tables.HistoryOf(new(key, 0), int.MaxValue).Take(max).ToArray();
        RemoveHistory(rows);
        if (rows.Length == max)
            tables.Sweep.Insert((partition, key, int.MaxValue), new(partition, key, int.MaxValue));
    }

    private CommitResult? InsertInstances()
    {
        foreach (var turn in batch.Turns)
        {
            if (turn.InsertInstance is not { } row)
                continue;
            if (!tables.Instances.Insert(row.Key, row with { CustomStatus = row.CustomStatus.Detach() }))
                return Refused($"The instance key {row.Key} is taken.");
            if (!tables.Ids.Insert(row.Id, row.Key))
                return Refused($"The instance id '{row.Id}' is taken.");
            if (turn.Tags is { Count: > 0 } tags)
                tables.Tags.Insert(row.Id, new Dictionary<string, string>(tags));
        }
        return null;
    }

    private CommitResult? UpdateInstances()
    {
        foreach (var turn in batch.Turns)
        {
            if (turn.UpdateInstance is not { } update)
                continue;
            if (!tables.Instances.TryGet(update.Key, out var row) || row.Partition != update.Partition)
                return Missed(update.Partition, $"instance {update.Key} to update");
            tables.Instances.Replace(row.Key, row with
            {
                Status = update.Status ?? row.Status,
                Generation = update.Generation ?? row.Generation,
                Version = update.Version ?? row.Version,
                Held = update.Held ?? row.Held,
                Owed = update.Owed ?? row.Owed,
                CustomStatus = update.CustomStatus?.Detach() ?? row.CustomStatus,
                Ended = update.Reopened ? null : update.Ended ?? row.Ended,
            });
        }
        return null;
    }

    private CommitResult? DeleteHistories()
    {
        foreach (var turn in batch.Turns)
        {
            if (turn.DeleteHistory is { } execution)
                RemoveHistory(tables.HistoryOf(execution));
        }
        return null;
    }

    private CommitResult? ListForSweeping()
    {
        foreach (var turn in batch.Turns)
        {
            if (turn.Sweep is { } sweep)
                tables.Sweep.Insert((sweep.Partition, sweep.Key, sweep.Generation), sweep);
        }
        return null;
    }

    private CommitResult? InsertHistory()
    {
        foreach (var turn in batch.Turns)
        {
            HistoryRow[] first = turn.History.Events.IsEmpty ? [] : [turn.History];
            foreach (var row in first.Concat(turn.HistoryParts ?? []))
            {
                var copy = row with { Events = row.Events.ToArray() };
                if (!tables.History.Insert((row.Key, row.Generation, row.Turn, row.Part), copy))
                    return Refused(
                        $"Turn {row.Turn}.{row.Part} of execution {row.Key}.{row.Generation} is already written.");
            }
        }
        return null;
    }

    private CommitResult? WriteEntities()
    {
        foreach (var turn in batch.Turns)
        {
            if (turn.DeleteEntity is { } id && !tables.Entities.Remove(id))
                return Missed(turn.Partition, $"entity '{id}' to delete");
            if (turn.UpsertEntity is not { } row)
                continue;
            row = row with { State = row.State.Detach() };
            if (!tables.Entities.Insert(row.Id, row))
                tables.Entities.Replace(row.Id, row);
        }
        return null;
    }

    private CommitResult? InsertMessages() =>
        Each(turn => turn.InsertMessages, (_, row) =>
            tables.Messages.Insert(OrderOf(row.Key), row with { Body = row.Body.ToArray() })
                ? null
                : Refused($"The message {row.Key} is already written."));

    private CommitResult? RewriteMessages() =>
        Each(turn => turn.RewriteMessages, (_, row) =>
            tables.Messages.TryGet(OrderOf(row.Key), out MessageRow before)
            && tables.Messages.Replace(OrderOf(row.Key), before with { Body = row.Body.ToArray() })
                ? null
                : Missed(row.Key.Partition, $"message {row.Key}"));

    private CommitResult? DeleteMessages() =>
        Each(turn => turn.DeleteMessages, (_, key) =>
            tables.Messages.Remove(OrderOf(key)) ? null : Missed(key.Partition, $"message {key}"));

    private CommitResult? InsertTimers() =>
        Each(turn => turn.InsertTimers, (_, row) =>
            tables.Timers.Insert(OrderOf(row.Key), row with { Body = row.Body.ToArray() })
                ? null
                : Refused($"The timer {row.Key} is already written."));

    private CommitResult? DeleteTimers() =>
        Each(turn => turn.DeleteTimers, (_, key) =>
            tables.Timers.Remove(OrderOf(key)) ? null : Missed(key.Partition, $"timer {key}"));

    /// <summary>Turn by turn: the same work may begin, end and begin again in one batch.</summary>
    private CommitResult? WriteTasks()
    {
        foreach (var turn in batch.Turns)
        {
            foreach (var row in turn.InsertTasks ?? [])
            {
                var key = (row.Partition, row.Key, row.Generation, row.Task);
                if (!tables.Tasks.Insert(key, row))
                    tables.Tasks.Replace(key, row);
            }
            foreach (var key in turn.DeleteTasks ?? [])
                tables.Tasks.Remove((turn.Partition, key.Key, key.Generation, key.Task));
        }
        return null;
    }

    private CommitResult? InsertOffers() =>
        Each(turn => turn.InsertOffers, (_, row) =>
            tables.Offers.Insert((row.Key.Partition, row.Key.Number), row with { Body = row.Body.ToArray() })
                ? null
                : Refused($"The offer {row.Key} is already written."));

    private CommitResult? DeleteOffers() =>
        Each(turn => turn.DeleteOffers, (_, key) =>
        {
            tables.Offers.Remove((key.Partition, key.Number));
            return null;
        });

    private CommitResult? InsertOutcomes() =>
        Each(turn => turn.InsertOutcomes, (_, row) =>
        {
            tables.Requests.Insert(row.Id, row);
            return null;
        });

    private CommitResult? InsertDeadLetters() =>
        Each(turn => turn.InsertDeadLetters, (_, row) =>
            tables.DeadLetters.Insert(row.Key, Fresh(row))
                ? null
                : Refused($"The dead letter {row.Key} is already written."));

    private CommitResult? UpdateDeadLetters() =>
        Each(turn => turn.UpdateDeadLetters, (_, update) =>
            tables.DeadLetters.TryGet(update.Key, out var row)
            && tables.DeadLetters.Replace(update.Key, row with
            {
                State = update.State,
                Record = update.Record.IsEmpty ? row.Record : update.Record.ToArray(),
                Changed = update.At,
                Trail = row.Trail + update.Entry,
                Successor = update.Successor ?? row.Successor,
            })
                ? null
                : Missed(update.Key.Partition, $"dead letter {update.Key.Number}"));

    /// <summary>As it is stored: nothing has become of it yet.</summary>
    public static DeadLetterRow Fresh(DeadLetterRow row) =>
        row with { Record = row.Record.ToArray(), Changed = row.At, Trail = "", Successor = null };

    private CommitResult? InsertBlocks() =>
        Each(turn => turn.InsertBlocks, (_, row) =>
            tables.Blocks.Insert(LogKey.Of(row), row with { Body = row.Body.ToArray() })
                ? null
                : Refused($"The block {row.First} of '{row.Log}' is already written."));

    private CommitResult? TrimLogs() =>
        Each(turn => turn.TrimLogs, (_, trim) =>
        {
            foreach (var block in tables.BlocksOf(trim.Partition, trim.Log).Where(b => b.End <= trim.Before).ToArray())
                tables.Blocks.Remove(LogKey.Of(block));
            return null;
        });

    private CommitResult? UpsertReaders() =>
        Each(turn => turn.UpsertReaders, (_, row) =>
        {
            row = row with { State = row.State.ToArray() };
            if (!tables.Readers.Insert(LogKey.Of(row), row))
                tables.Readers.Replace(LogKey.Of(row), row);
            return null;
        });

    private CommitResult? DeleteReaders() =>
        Each(turn => turn.DeleteReaders, (_, key) =>
        {
            tables.Readers.Remove(LogKey.Of(key));
            return null;
        });

    private CommitResult? AddUsage()
    {
        foreach (UsageRow row in UsageRow.Of(batch.Turns))
        {
            if (tables.Usage.TryGet(row.Key, out UsageRow? before))
                tables.Usage.Replace(row.Key, row with { Counts = before.Counts + row.Counts });
            else
                tables.Usage.Insert(row.Key, row);
        }
        return null;
    }

    private CommitResult? Each<T>(Func<TurnRows, List<T>?> list, Func<TurnRows, T, CommitResult?> apply)
    {
        foreach (var turn in batch.Turns)
        {
            foreach (var item in list(turn) ?? [])
            {
                if (apply(turn, item) is { } problem)
                    return problem;
            }
        }
        return null;
    }

    private void RemoveHistory(IEnumerable<HistoryRow> rows)
    {
        foreach (var row in rows.ToArray())
            tables.History.Remove((row.Key, row.Generation, row.Turn, row.Part));
    }

    private static (int, long, long) OrderOf(MessageKey key) => (key.Partition, key.Origin, key.Number);

    private static (int, long, long) OrderOf(TimerKey key) => (key.Partition, key.Due, key.Number);

    private static CommitResult Refused(string detail) => new(CommitOutcome.Refused) { Detail = detail };

    private static CommitResult Missed(int partition, string what) =>
        new(CommitOutcome.Inconsistent)
        {
            Partitions = [partition],
            Detail = $"Missing in partition {partition}: {what}.",
        };
}
