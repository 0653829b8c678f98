using System.Text;
using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Memory;
using Perdure.Core.Usage;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Faults;

/// <summary>
/// The store as one process sees it. The disk behind it survives the process; what was sent before a death may still be
/// written after it, unless somebody has opened the partitions meanwhile. Reads see the moment in which the store works
/// on them, and are heard later, so that they overlap commits.
/// </summary>
internal sealed partial class FaultyStore(MemoryStore disk, SimulatedProcess process, Simulation simulation) : IStore
{
    private readonly FaultRates _faults = simulation.Faults;
    private readonly World _world = simulation.World;

    public ValueTask<HubInfo> OpenAsync(long now, CancellationToken cancellationToken) =>
        Read("open", () =>
        {
            HubInfo hub = disk.OpenAsync(now, CancellationToken.None).Result;
            process.HubNode = hub.Node;
            return hub;
        });

    public async ValueTask ClosePartitionAsync(int partition, long epoch, CancellationToken cancellationToken) =>
        await Read("close partition", () =>
        {
            if (process.IsServing && epoch != 0)
                simulation.Counters.Add(Rare.HandedOver);
            ValueTask closed = disk.ClosePartitionAsync(partition, epoch, CancellationToken.None);
            return closed.IsCompleted;
        }, mayFail: false);

    public ValueTask<CommitResult> CommitAsync(Batch batch) => Write(batch, resolving: false);

    public ValueTask<CommitResult> ResolveAsync(Batch batch) => Write(batch, resolving: true);

    public ValueTask<InstanceRow?> ReadInstanceAsync(string id, CancellationToken cancellationToken) =>
        Read("instance", () => disk.ReadInstanceAsync(id, CancellationToken.None).Result);

    public ValueTask<IReadOnlyList<HistoryRow>> ReadHistoryAsync(
        ExecutionKey execution, CancellationToken cancellationToken) =>
        Read("history", () => disk.ReadHistoryAsync(execution, CancellationToken.None).Result);

    public ValueTask<IReadOnlyList<InstanceRow>> ReadOwedAsync(
        int partition, long afterKey, int max, CancellationToken cancellationToken) =>
        Read("owed", () => disk.ReadOwedAsync(partition, afterKey, max, CancellationToken.None).Result);

    public ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        int partition, long afterOrigin, long afterNumber, int max, CancellationToken cancellationToken) =>
        Read("messages",
            () => disk.ReadMessagesAsync(partition, afterOrigin, afterNumber, max, CancellationToken.None).Result);

    public ValueTask<IReadOnlyList<TimerRow>> ReadTimersAsync(
        int partition, long before, long afterDue, long afterNumber, int max, CancellationToken cancellationToken) =>
        Read("timers", () =>
        {
            simulation.Counters.Add(Rare.TimersRefilled);
            return disk.ReadTimersAsync(partition, before, afterDue, afterNumber, max, CancellationToken.None).Result;
        });

    public ValueTask<InstanceSnapshot?> ReadSnapshotAsync(string id, CancellationToken cancellationToken) =>
        Read("snapshot", () => disk.ReadSnapshotAsync(id, CancellationToken.None).Result);

    public ValueTask<long> CountAsync(InstanceQuery query, CancellationToken cancellationToken) =>
        Read("count", () => disk.CountAsync(query, CancellationToken.None).Result);

    public ValueTask<InstancePage> QueryAsync(InstanceQuery query, CancellationToken cancellationToken) =>
        Read("query", () => disk.QueryAsync(query, CancellationToken.None).Result);

    public ValueTask<IReadOnlyList<MessageRow>> ReadMessagesAsync(
        IReadOnlyList<MessageKey> keys, CancellationToken cancellationToken) =>
        Read("message bodies", () =>
        {
            simulation.Counters.Add(Rare.BodiesReadAgain);
            return disk.ReadMessagesAsync(keys, CancellationToken.None).Result;
        });

    public ValueTask<IReadOnlyList<OutcomeRow>> ReadOutcomesAsync(
        IReadOnlyList<string> requests, CancellationToken cancellationToken) =>
        Read("outcomes", () => disk.ReadOutcomesAsync(requests, CancellationToken.None).Result);

    public ValueTask<IReadOnlyList<OfferRow>> ReadOffersAsync(int partition, CancellationToken cancellationToken) =>
        Read("offers", () => disk.ReadOffersAsync(partition, CancellationToken.None).Result);

    public ValueTask<IReadOnlyList<OfferRow>> ClaimAsync(
        IReadOnlyList<string> functions, int max, CancellationToken cancellationToken) =>
        Read("claim", () =>
        {
            IReadOnlyList<OfferRow> claimed = disk.ClaimAsync(functions, max, CancellationToken.None).Result;
            simulation.Trace($"process {process.Number} claims {string.Join(' ', claimed.Select(o => o.Key.Number))}");
            return claimed;
        });

    public ValueTask<IReadOnlyList<OfferKey>> ReadClaimsAsync(CancellationToken cancellationToken) =>
        Read("claims", () => disk.ReadClaimsAsync(CancellationToken.None).Result);

    public async ValueTask GiveBackAsync(
        IReadOnlyList<OfferKey> offers, bool mayHaveRun, CancellationToken cancellationToken) =>
        await Read("give back", () =>
        {
            simulation.Trace($"gives back {string.Join(' ', offers.Select(o => o.Number))}");
            return disk.GiveBackAsync(offers, mayHaveRun, CancellationToken.None).IsCompleted;
        });

    public ValueTask<EntityRow?> ReadEntityAsync(string id, CancellationToken cancellationToken) =>
        Read("entity", () => disk.ReadEntityAsync(id, CancellationToken.None).Result);

    public ValueTask<EntityPage> QueryEntitiesAsync(EntityRowQuery query, CancellationToken cancellationToken) =>
        Read("entities", () => disk.QueryEntitiesAsync(query, CancellationToken.None).Result);

    public ValueTask<DeadLetterPage> QueryDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken) =>
        Read("dead letters", () => disk.QueryDeadLettersAsync(query, CancellationToken.None).Result);

    public ValueTask<IReadOnlyList<DeadLetterGroupRow>> GroupDeadLettersAsync(
        DeadLetterQuery query, CancellationToken cancellationToken) =>
        Read("groups", () => disk.GroupDeadLettersAsync(query, CancellationToken.None).Result);

    public ValueTask<IReadOnlyList<DeadLetterKey>> ChangeDeadLettersAsync(
        IReadOnlyList<DeadLetterKey> keys, DeadLetterState? from, DeadLetterChange change,
        CancellationToken cancellationToken) =>
        Read("change", () => disk.ChangeDeadLettersAsync(keys, from, change, CancellationToken.None).Result);

    public ValueTask<bool> ReviseDeadLetterAsync(
        DeadLetterKey original, DeadLetterRow revision, DeadLetterChange change,
        CancellationToken cancellationToken) =>
        Read("revise", () => disk.ReviseDeadLetterAsync(original, revision, change, CancellationToken.None).Result);

    public ValueTask<int> DeleteDeadLettersAsync(long changedBy, int max, CancellationToken cancellationToken) =>
        Read("delete", () => disk.DeleteDeadLettersAsync(changedBy, max, CancellationToken.None).Result);

    public ValueTask<StreamRow> OpenStreamAsync(StreamRow wanted, CancellationToken cancellationToken) =>
        Read("open stream", () => disk.OpenStreamAsync(wanted, CancellationToken.None).Result);

    public ValueTask<IReadOnlyList<StreamRow>> ReadStreamsAsync(CancellationToken cancellationToken) =>
        Read("streams", () => disk.ReadStreamsAsync(CancellationToken.None).Result);

    public ValueTask<LogSummary> ReadLogAsync(int partition, string log, CancellationToken cancellationToken) =>
        Read("log", () => disk.ReadLogAsync(partition, log, CancellationToken.None).Result);

    public ValueTask<IReadOnlyList<BlockRow>> ReadBlocksAsync(
        int partition, string log, long from, int events, CancellationToken cancellationToken) =>
        Read("blocks", () => disk.ReadBlocksAsync(partition, log, from, events, CancellationToken.None).Result);

    public ValueTask<long> FindEventAsync(int partition, string log, long at, CancellationToken cancellationToken) =>
        Read("find event", () => disk.FindEventAsync(partition, log, at, CancellationToken.None).Result);

    public ValueTask<IReadOnlyList<ReaderRow>> ReadReadersAsync(
        string from, string before, CancellationToken cancellationToken) =>
        Read("readers", () => disk.ReadReadersAsync(from, before, CancellationToken.None).Result);

    public ValueTask<IReadOnlyList<UsageSum>> ReadUsageAsync(
        long from, long to, UsageGrouping by, CancellationToken cancellationToken) =>
        Read("read usage", () => disk.ReadUsageAsync(from, to, by, CancellationToken.None).Result);

    public ValueTask<bool> DeleteUsageAsync(long before, CancellationToken cancellationToken) =>
        Read("delete usage", () => disk.DeleteUsageAsync(before, CancellationToken.None).Result);

    public ValueTask<IReadOnlyList<BacklogRow>> ReadBacklogAsync(int kind, CancellationToken cancellationToken) =>
        Read("backlog", () => disk.ReadBacklogAsync(kind, CancellationToken.None).Result);

    public ValueTask<bool> SweepAsync(int rowsMax, CancellationToken cancellationToken) =>
        Read("sweep", () => disk.SweepAsync(rowsMax, CancellationToken.None).Result);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ValueTask<T> Read<T>(string what, Func<T> read, bool mayFail = true)
    {
        _world.IsHere();
        process.StoreCalls++;
        bool fails = mayFail && _faults.ReadFails();
        if (fails)
            simulation.Fault(Rare.ReadFailed, what);
        else if (_faults.IsPrompt())
            return new(read());
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _world.Queue(simulation.Disk, () =>
        {
            if (fails)
            {
                _world.Queue(
                    process, () => answer.SetException(
                        new StoreException($"The simulated store cannot read ({what}).")));
                return;
            }
            T value = read();
            Later(() => answer.SetResult(value));
        });
        return new(answer.Task);
    }

    private ValueTask<CommitResult> Write(Batch batch, bool resolving)
    {
        _world.IsHere();
        process.StoreCalls++;
        Fate fate = _faults.Commit();
        if (batch.Fences.Count > 0 && _faults.Fence())
            simulation.Interlope(batch.Fences[0].Partition);
        if (fate == Fate.Fine && _faults.IsPrompt())
            return new(Apply(batch, resolving));
        TaskCompletionSource<CommitResult> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool wasCurrent = simulation.Ledger.IsCurrent(batch);
        _world.QueueAfter(simulation.Disk, fate == Fate.Held ? Hold() : _faults.Delay(), () =>
        {
            switch (fate)
            {
                case Fate.CrashBefore when !process.IsDead:
                    simulation.Fleet.Crash(process, Rare.CrashBeforeCommit);
                    return;
                case Fate.CrashInFlight when !process.IsDead && !resolving:
                    simulation.Fleet.Crash(process, Rare.Crash);
                    _world.QueueAfter(simulation.Disk, _faults.Flight(), () =>
                    {
                        if (Apply(batch, resolving: false).Outcome == CommitOutcome.Fenced)
                            simulation.Counters.Add(Rare.LateCommitFenced);
                    });
                    return;
                case Fate.Unavailable when !resolving:
                    Answer(Rare.Unavailable, CommitOutcome.Unavailable);
                    return;
                case Fate.UnknownNotWritten:
                    Answer(Rare.UnknownThatWasNotWritten, CommitOutcome.Unknown);
                    return;
            }
            CommitResult result = Apply(batch, resolving);
            if (wasCurrent && result.Outcome == CommitOutcome.Fenced)
                simulation.Counters.Add(Rare.TakenOverInFlight);
            if (fate == Fate.PauseAfter && process.IsServing)
                simulation.Fleet.Pause(process);
            if (fate == Fate.CrashAfter && !process.IsDead)
                simulation.Fleet.Crash(process, Rare.CrashAfterCommit);
            else if (fate == Fate.UnknownWritten && result.Outcome == CommitOutcome.Committed)
                Answer(Rare.UnknownThatWasWritten, CommitOutcome.Unknown);
            else
                Later(() => answer.SetResult(result));
        });
        return new(answer.Task);

        void Answer(Rare rare, CommitOutcome outcome)
        {
            simulation.Fault(rare, $"batch {batch.Number}");
            Later(() => answer.SetResult(new CommitResult(outcome) { Detail = "simulated" }));
        }
    }

    private CommitResult Apply(Batch batch, bool resolving)
    {
        if (Curse.IsOn(batch, _faults))
        {
            simulation.Fault(Rare.Refused, $"batch {batch.Number} of {batch.Turns.Count}");
            if (simulation.IsTracing)
            {
                IEnumerable<string> events = batch.Turns.Select(t => Encoding.UTF8.GetString(t.History.Events.Span));
                simulation.Trace($"  refused: {string.Join(' ', events)}");
            }
            simulation.Ledger.OnRefused(batch, process);
            return new CommitResult(CommitOutcome.Refused) { Detail = "The simulated store does not take this data." };
        }
        bool known = resolving && simulation.Ledger.IsCommitted(batch);
        CommitResult result = resolving ? disk.ResolveAsync(batch).Result : disk.CommitAsync(batch).Result;
        if (resolving)
            simulation.Counters.Add(Rare.UnknownResolved);
        if (!known)
            simulation.Ledger.OnCommit(batch, result, process);
        return result;
    }

    private void Later(Action answer)
    {
        TimeSpan delay = _faults.Delay();
        if (delay > TimeSpan.Zero)
            simulation.Fault(Rare.SlowStore, null);
        _world.QueueAfter(process, delay, answer);
    }
}
