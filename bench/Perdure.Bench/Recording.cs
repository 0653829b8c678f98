using Perdure.Core.Stores;

namespace Perdure.Bench;

/// <summary>
/// What a run sent to the store, to be sent again without the engine: the same rows in the same batches. Buffers of the
/// engine are used again after a commit, so bytes are copied.
/// </summary>
internal sealed class Recording
{
    private readonly List<TurnRows[]> _batches = [];

    public int Turns => _batches.Sum(b => b.Length);

    public int Batches => _batches.Count;

    public void Add(Batch batch)
    {
        TurnRows[] turns = [.. batch.Turns.Select(Copy)];
        lock (_batches)
            _batches.Add(turns);
    }

    /// <summary>Sends everything to an empty store; returns the seconds that took.</summary>
    public async Task<double> ReplayAsync(BareStore store)
    {
        Meter meter = new();
        foreach (TurnRows[] turns in _batches)
            await store.CommitAsync(turns);
        return meter.Seconds;
    }

    private static TurnRows Copy(TurnRows rows) => new()
    {
        Partition = rows.Partition,
        DeleteInstance = rows.DeleteInstance,
        InsertInstance = rows.InsertInstance,
        UpdateInstance = rows.UpdateInstance,
        DeleteHistory = rows.DeleteHistory,
        Sweep = rows.Sweep,
        History = rows.History with { Events = rows.History.Events.ToArray() },
        HistoryParts = rows.HistoryParts?.ConvertAll(p => p with { Events = p.Events.ToArray() }),
        UpsertEntity = rows.UpsertEntity is { } entity ? entity with { State = entity.State.Detach() } : null,
        DeleteEntity = rows.DeleteEntity,
        InsertMessages = rows.InsertMessages?.ConvertAll(m => m with { Body = m.Body.ToArray() }),
        DeleteMessages = rows.DeleteMessages?.ToList(),
        InsertTimers = rows.InsertTimers?.ToList(),
        DeleteTimers = rows.DeleteTimers?.ToList(),
        InsertTasks = rows.InsertTasks?.ToList(),
        DeleteTasks = rows.DeleteTasks?.ToList(),
        RewriteMessages = rows.RewriteMessages?.ConvertAll(m => m with { Body = m.Body.ToArray() }),
        InsertBlocks = rows.InsertBlocks?.ConvertAll(b => b with { Body = b.Body.ToArray() }),
        UpsertReaders = rows.UpsertReaders?.ConvertAll(r => r with { State = r.State.ToArray() }),
        DeleteReaders = rows.DeleteReaders?.ToList(),
        AddUsage = rows.AddUsage?.ToList(),
        Tags = rows.Tags,
    };
}
