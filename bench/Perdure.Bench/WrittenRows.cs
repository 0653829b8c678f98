using System.Text;
using Perdure.Core.Stores;
using Perdure.Core.Usage;

namespace Perdure.Bench;

/// <summary>Counts rows and their bytes.</summary>
internal sealed class WrittenRows
{
    public long Rows { get; private set; }
    public long Bytes { get; private set; }
    public long Turns { get; private set; }

    public void Add(Batch batch)
    {
        foreach (TurnRows turn in batch.Turns)
            Count(turn);
        Rows += UsageRow.Of(batch.Turns).Count;
    }

    private void Count(TurnRows turn)
    {
        Turns++;
        if (turn.InsertInstance is { } row)
        {
            Rows++;
            // Seven integers of at most eight bytes beside the texts.
            Bytes += Encoding.UTF8.GetByteCount(row.Id) + Encoding.UTF8.GetByteCount(row.Name) + (7 * sizeof(long));
        }
        if (turn.UpdateInstance is not null)
        {
            Rows++;
            Bytes += 3 * sizeof(long);
        }
        if (!turn.History.Events.IsEmpty)
        {
            Rows++;
            Bytes += turn.History.Events.Length + (4 * sizeof(long));
        }
        if (turn.UpsertEntity is { } entity)
        {
            Rows++;
            Bytes += Encoding.UTF8.GetByteCount(entity.Id) + entity.State.Length + (2 * sizeof(long));
        }
        Rows += turn.DeleteEntity is null ? 0 : 1;
        Rows += (turn.InsertMessages?.Count ?? 0) + (turn.DeleteMessages?.Count ?? 0) + (turn.InsertTimers?.Count ?? 0)
            + (turn.DeleteTimers?.Count ?? 0) + (turn.InsertTasks?.Count ?? 0) + (turn.DeleteTasks?.Count ?? 0)
                + (turn.HistoryParts?.Count ?? 0) + (turn.InsertBlocks?.Count ?? 0) + (turn.UpsertReaders?.Count ?? 0)
                + (turn.RewriteMessages?.Count ?? 0);
    }
}
