using System.Text.Json;
using Perdure.Core.Entities;
using Perdure.Core.Messages;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;
using Perdure.Simulation.Workload;

namespace Perdure.Simulation.Checking;

/// <summary>What the operations of entities did, written by themselves.</summary>
internal sealed class EntityJournal(Simulation simulation)
{
    /// <summary>The batch that the running code belongs to, also behind an await.</summary>
    private static readonly AsyncLocal<EntityBatchRun?> s_batch = new();

    private readonly Dictionary<(int Process, string Entity), EntityBatchRun> _last = [];

    /// <summary>The batch that was begun last for the entity in the process.</summary>
    public EntityBatchRun? Last(SimulatedProcess process, string entity) =>
        _last.GetValueOrDefault((process.Number, entity));

    /// <summary>The entity whose operations in this process wanted to send it.</summary>
    public string? SenderOf(Message message, SimulatedProcess process) => _last
        .Where(l => l.Key.Process == process.Number && l.Value is { HasEnded: true, IsSettled: false } run
            && run.Operations.Any(o => o.Sends(message)))
        .Select(l => l.Key.Entity).FirstOrDefault();

    public EntityBatchRun Begin(EntityBatch batch, SimulatedProcess process)
    {
        string id = batch.InstanceId;
        EntityBatchRun run =
            new(batch, process, simulation.Ledger.EpochOf(id, process), simulation.Ledger.EntityOf(id).Log);
        _last[(process.Number, id)] = run;
        s_batch.Value = run;
        simulation.Trace($"operations of {id} at {batch.At}: {batch.Operations.Count}");
        return run;
    }

    /// <summary>
    /// An operation begins: somebody must have sent it, it must be due, and what it does must not be committed already.
    /// </summary>
    public OperationRun Begin(IDurableEntityContext context, Chore chore)
    {
        EntityBatchRun batch = s_batch.Value!;
        string id = batch.InstanceId;
        Deed deed = simulation.Ledger.FindDeed(chore.Token)
            ?? throw simulation.Violate($"'{chore.Token}' of '{id}' runs, and nobody has sent it.");
        // Code that runs for memory which was thrown away works for nothing, whatever it does.
        bool counts = Last(batch.Process, id) == batch
            && batch.Epoch != 0 && batch.Epoch == simulation.Ledger.EpochOf(id, batch.Process);
        if (counts && deed.Place is DeedPlace.Done or DeedPlace.Failed)
            simulation.Violate($"'{chore.Token}' of '{id}' runs again although it is {deed.Place}.");
        if (deed.Target != id)
            simulation.Violate($"'{chore.Token}' was sent to '{deed.Target}', and '{id}' runs it.");
        // Whatever became of the clock or the entity since it was found due: what its code sees as the time is later.
        if (deed.DueAt > batch.At)
            simulation.Violate($"'{chore.Token}' of '{id}' is due at {deed.DueAt} and runs at {batch.At}.");
        if (deed.Runs++ > 0)
            simulation.Counters.Add(Rare.OperationRanAgain);
        deed.LastRun = batch;
        OperationRun run = new(deed, context.OperationName);
        batch.Operations.Add(run);
        simulation.Counters.Operations++;
        simulation.Trace($"operation {chore.Token} of {id}: {context.OperationName}");
        return run;
    }
}

/// <summary>Operations that were run as one turn.</summary>
internal sealed class EntityBatchRun(
    EntityBatch batch, SimulatedProcess process, long epoch, IReadOnlyList<string>? before)
{
    public string InstanceId => batch.InstanceId;
    public SimulatedProcess Process => process;
    public long At => batch.At;
    public long Epoch => epoch;

    /// <summary>How many operations the engine wanted to be run.</summary>
    public int Wanted => batch.Operations.Count;

    public List<OperationRun> Operations { get; } = [];

    /// <summary>All that was to be run has been.</summary>
    public bool HasEnded { get; set; }

    /// <summary>The commit of it was seen, or is not to come.</summary>
    public bool IsSettled { get; set; }

    /// <summary>Whether it leaves nothing behind that could be lost: then it may be over without a trace.</summary>
    public bool IsTraceless =>
        HasEnded && Operations.All(o => o.Failure is not null || o.Tells.Count + o.Starts.Count == 0)
        && Operations.All(o => o.Deed.Caller is null) && IsSame(before, After(before));

    /// <summary>The fold: what the operations make of the state.</summary>
    public IReadOnlyList<string>? After(IReadOnlyList<string>? log) =>
        Operations.Aggregate(log, (state, operation) => operation.After(state));

    public static bool IsSame(IReadOnlyList<string>? one, IReadOnlyList<string>? other) =>
        one is null || other is null ? one is null && other is null : one.SequenceEqual(other);
}

/// <summary>One run of an operation, as the operation itself saw it.</summary>
internal sealed class OperationRun(Deed deed, string name)
{
    public Deed Deed => deed;

    /// <summary>The host that stops has cut it short: it does not count.</summary>
    public bool IsCut { get; set; }

    /// <summary>Why it failed; null if it did not.</summary>
    public string? Failure { get; private set; }

    public List<(string Target, string Token, long? DueAt)> Tells { get; } = [];

    /// <summary>The nonces of the orchestrations that it started.</summary>
    public List<string> Starts { get; } = [];

    public InvalidOperationException Fail()
    {
        Failure = $"the operation {deed.Token} fails";
        return new InvalidOperationException(Failure);
    }

    /// <summary>The rules of the state, told a second time.</summary>
    public IReadOnlyList<string>? After(IReadOnlyList<string>? log) => (Failure, Kind) switch
    {
        (not null, _) => log,
        (_, "drop") => null,
        (_, "look") => log,
        _ => [.. log ?? [], deed.Token],
    };

    /// <summary>What it returns, as JSON.</summary>
    public string ResultOn(IReadOnlyList<string>? log) => $"{After(log)?.Count ?? 0}";

    public bool Sends(Message message) => message switch
    {
        Message.Operation m => Tells.Exists(t => t.Token == Ledger.TokenOf(m)),
        Message.Start m => Starts.Contains(JsonSerializer.Deserialize<Errand>(m.Event.Input.Span)!.Nonce),
        _ => false,
    };

    private string Kind => name.ToLowerInvariant();
}
