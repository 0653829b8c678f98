using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Usage;
using Perdure.Runtime;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Checking;

/// <summary>
/// What the store holds, according to the checker: it applies every committed batch by itself, folds every turn by
/// itself and compares. It asks the engine nothing.
/// </summary>
internal sealed partial class Ledger(Simulation simulation)
{
    private readonly Dictionary<long, Life> _lives = [];
    private readonly Dictionary<string, Life> _current = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Life>> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Life> _executions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Life> _byNonce = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Token> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<MessageKey, (MessageRow Row, Message Message, SimulatedProcess Process)> _messages = [];
    private readonly Dictionary<TimerKey, TimerRow> _timers = [];
    private readonly HashSet<TaskKey> _tasks = [];
    private readonly HashSet<(long Node, int Lane, long Number)> _batches = [];

    /// <summary>How many batches are committed: the clock of the checker.</summary>
    public long Now { get; private set; }

    public long Turns { get; private set; }

    public IEnumerable<Life> Current => _current.Values;

    public IEnumerable<Life> All => _lives.Values;

    public int OpenMessages => _messages.Count;
    public int OpenTimers => _timers.Count;
    public int OpenTasks => _tasks.Count;

    public IEnumerable<string> Leftovers =>
        _messages.Values.Select(m => $"message {m.Row.Key} {m.Message.GetType().Name} to '{m.Row.Target}'")
            .Concat(_timers.Keys.Select(t => $"timer {t} of '{_timers[t].Target}'"))
            .Concat(_tasks.Select(t => $"task row {t}"))
            .Concat(OpenEvents.Select(e => $"'{e.Id}' is {e.Place}, number {e.Number}, {e.Runs} runs"))
            .Append($"the timer is {Timer}")
            .Append($"the circuit is {Circuit}, and to be tried are {string.Join(' ', Circuit.Letters)}");

    public bool IsCommitted(Batch batch) => _batches.Contains((batch.Node, batch.Lane, batch.Number));

    public Life? ByNonce(string nonce) => _byNonce.GetValueOrDefault(nonce);

    public Life? ByKey(long key) => _lives.GetValueOrDefault(key);

    public Life? ById(string id) => _current.GetValueOrDefault(id);

    public IReadOnlyList<Life> LivesOf(string id) => _byId.GetValueOrDefault(id) ?? [];

    public Token TokenOf(string text)
    {
        if (!_tokens.TryGetValue(text, out Token? token))
            _tokens.Add(text, token = new Token());
        return token;
    }

    /// <summary>The committed call that an activity belongs to.</summary>
    public TaskRecord? FindCall(string idempotencyKey, int attempt, string instanceId)
    {
        int colon = idempotencyKey.IndexOf(':');
        if (colon < 0 || !_executions.TryGetValue(idempotencyKey[..colon], out Life? life) || life.Id != instanceId)
            return null;
        int first = int.Parse(idempotencyKey.AsSpan(colon + 1));
        TaskRecord[] calls = [.. (life.ExecutionId == idempotencyKey[..colon]
            ? life.Tasks
            : life.EarlierTasks(idempotencyKey[..colon])).Values
            .Where(t => t.Scheduled is { } call && call.FirstTask == first && call.Attempt == attempt)];
        // A rewind makes the code ask again for the same call.
        return calls.FirstOrDefault(t => life.Open.GetValueOrDefault(t.Key.Task) == t) ?? calls.FirstOrDefault();
    }

    public void OnCommit(Batch batch, CommitResult result, SimulatedProcess process)
    {
        simulation.World.Mix((ulong)result.Outcome + ((ulong)batch.Turns.Count << 8));
        simulation.Trace(
            $"batch {batch.Node}.{batch.Number} of {batch.Turns.Count} turns by {process.Number}: {result.Outcome} "
            + $"{result.Detail}");
        if (result.Outcome is CommitOutcome.Inconsistent or CommitOutcome.Refused)
            Violate($"The store would not take batch {batch.Number}: {result.Outcome}: {result.Detail}");
        if (result.Outcome == CommitOutcome.Fenced)
            simulation.Counters.Add(Rare.Fenced);
        if (result.Outcome != CommitOutcome.Committed)
            return;
        Now++;
        simulation.Counters.Commits++;
        foreach (PartitionEpoch fence in batch.Fences)
            CheckFence(fence, process);
        if (!_batches.Add((batch.Node, batch.Lane, batch.Number)))
            Violate($"Batch {batch.Number} of node {batch.Node} was committed twice.");
        foreach (TurnRows rows in batch.Turns)
        {
            if (IsForwarded(rows))
                simulation.Counters.Add(Rare.RequestForwarded);
            else if (!IsUsage(rows) && !batch.Fences.Any(f => f.Partition == rows.Partition))
                Violate($"A turn of partition {rows.Partition} is in a batch without its fence.");
            Apply(rows, process);
        }
        CheckLocks();
    }

    private void Violate(string text) => simulation.Violate(text);

    /// <summary>
    /// A request of a client to a partition that its node did not own: no turn, and nothing to fence.
    /// </summary>
    private static bool IsForwarded(TurnRows rows) => rows.InsertMessages is [{ Key.Origin: >= Node.RequestOrigin }]
        && rows is { InsertInstance: null, UpdateInstance: null, DeleteInstance: null, UpsertEntity: null }
        && rows is { DeleteEntity: null, DeleteMessages: null, InsertTimers: null, DeleteTimers: null }
        && rows.History.Events.IsEmpty;

    /// <summary>What functions of a node have used, and nothing else: it is of no partition.</summary>
    private static bool IsUsage(TurnRows rows)
    {
        List<UsageRow>? used = rows.AddUsage;
        rows.AddUsage = null;
        bool isAll = rows.IsEmpty && used is not null;
        rows.AddUsage = used;
        return isAll;
    }

    private void Apply(TurnRows rows, SimulatedProcess process)
    {
        TurnFacts facts = new() { Entity = EntityIn(rows, process) };
        if (rows.DeleteInstance is { } gone)
            Remove(gone);
        if (rows.InsertInstance is { } inserted)
            Insert(inserted);
        if (rows.UpdateInstance is { } update)
            Update(update, IsRewind(rows.History));
        if (!rows.History.Events.IsEmpty)
            Fold(rows, facts, process);
        CheckCircuit(rows);
        // What was put aside is known before it is taken out of its queue.
        Events(rows, process);
        Sends(rows, facts, process);
        if (facts.Entity is { } entity)
            TakeEntityTurn(rows, entity, process);
        else
            Consumes(rows, facts, process);
        Timers(rows);
        foreach (OfferRow o in rows.InsertOffers ?? [])
        {
            simulation.Trace($"  + offer {o.Key.Number}: {o.Code} {TaskList.Of(o.Tasks)} of {o.Target}");
            simulation.Counters.Add(o switch
            {
                { Node: not 0 } => Rare.KeptRunning,
                { Tasks.Count: > 0 } => Rare.ActivitiesOffered,
                _ => Rare.TurnOffered,
            });
        }
        foreach (OfferKey offer in rows.DeleteOffers ?? [])
            simulation.Trace($"  - offer {offer.Number}");
        foreach (TaskRow task in rows.InsertTasks ?? [])
        {
            _tasks.Add(new TaskKey(task.Key, task.Generation, task.Task));
            CheckTask(task);
            simulation.Trace($"  + task row {task.Key}.{task.Generation}#{task.Task}");
        }
        foreach (TaskKey task in rows.DeleteTasks ?? [])
        {
            _tasks.Remove(task);
            simulation.Trace($"  - task row {task}");
        }
        if (facts.Life is { } life)
            CheckAgainstRow(life);
    }

    private void Insert(InstanceRow row)
    {
        Life life = new(row, Now) { Touched = Now };
        if (!_lives.TryAdd(row.Key, life))
            Violate($"The key {row.Key} of '{row.Id}' was used before.");
        if (!_current.TryAdd(row.Id, life))
            Violate($"'{row.Id}' was created although it exists.");
        if (!_byId.TryGetValue(row.Id, out List<Life>? lives))
            _byId.Add(row.Id, lives = []);
        else
            simulation.Counters.Add(Rare.ReplacedInstance);
        lives.Add(life);
        simulation.Counters.Instances++;
    }

    private void Remove(long key)
    {
        if (!_lives.TryGetValue(key, out Life? life) || life.Removed != long.MaxValue)
        {
            Violate($"Instance {key} was deleted and is not there.");
            return;
        }
        if (life.End is null)
            Violate($"'{life.Id}' was deleted although it has not ended.");
        life.Removed = Now;
        _current.Remove(life.Id);
    }

    private void Update(InstanceUpdate update, bool isRewind)
    {
        if (!_lives.TryGetValue(update.Key, out Life? life) || life.Removed != long.MaxValue)
        {
            Violate($"Instance {update.Key} was updated and is not there.");
            return;
        }
        // Rewound and terminated in one turn it has only changed from one end to another.
        if (life.Row.Status.IsTerminal != isRewind || (update.Reopened && !isRewind))
            Violate($"'{life.Id}' was updated after its end, or reopened before it.");
        life.Touched = Now;
        life.Row = life.Row with
        {
            Status = update.Status ?? life.Row.Status,
            Generation = update.Generation ?? life.Row.Generation,
            Held = update.Held ?? life.Row.Held,
            Owed = update.Owed ?? life.Row.Owed,
            CustomStatus = update.CustomStatus ?? life.Row.CustomStatus,
            Ended = update.Reopened ? null : update.Ended ?? life.Row.Ended,
        };
        if (life.Row.Owed == false && life.IsOwed && update is { Status: null, Generation: null, Held: null })
            Violate($"'{life.Id}' is not marked as owed although it is.");
    }

    private void CheckAgainstRow(Life life)
    {
        InstanceRow row = life.Row;
        if (row.Status != life.Status || row.Held != life.Held || row.Generation != life.Generation
            || !row.CustomStatus.Equals(life.CustomStatus) || row.Name != life.Name)
            Violate($"'{life.Id}': the row says {row.Status}/{row.Held}/{row.Generation}/{row.CustomStatus}, its "
                + $"history {life.Status}/{life.Held}/{life.Generation}/{life.CustomStatus}.");
        if (row.Ended is null != life.End is null)
            Violate($"'{life.Id}' is {life.Status}, and its row says that it ended at {row.Ended}.");
        if (life.IsOwed && !row.Owed)
            Violate($"'{life.Id}' is owed something, and its row does not say so: a crash would lose it.");
        int timers = life.Open.Values.Count(t => t.Timer is not null) + (life.StartAt is null ? 0 : 1);
        if (timers != life.TimerRows)
            Violate($"'{life.Id}' has {timers} open timers and {life.TimerRows} timer rows.");
    }

    private void Timers(TurnRows rows)
    {
        foreach (TimerRow timer in rows.InsertTimers ?? [])
        {
            if (!_timers.TryAdd(timer.Key, timer))
                Violate($"Timer {timer.Key} exists twice.");
            if (_current.TryGetValue(timer.Target, out Life? life))
                life.TimerRows++;
        }
        foreach (TimerKey key in rows.DeleteTimers ?? [])
        {
            if (!_timers.Remove(key, out TimerRow timer))
                Violate($"Timer {key} was deleted and is not there.");
            else if (_current.TryGetValue(timer.Target, out Life? life))
                life.TimerRows--;
        }
    }
}

/// <summary>What happened in one turn, for the checks that look at it from another side.</summary>
internal sealed class TurnFacts
{
    public Life? Life { get; set; }

    /// <summary>The entity whose turn it is, if it is one of an entity.</summary>
    public string? Entity { get; init; }

    public bool Created { get; set; }
    public bool MovedGeneration { get; set; }
    public Dictionary<TaskKey, HistoryEvent> Resolved { get; } = [];
    public List<string> Tokens { get; } = [];

    /// <summary>The children that have to be told that their parent was terminated with them.</summary>
    public string[] ToTerminate { get; set; } = [];
    public List<HistoryEvent.SubOrchestrationInstanceCreated> Children { get; } = [];

    /// <summary>What the turn has to send to entities.</summary>
    public List<ExpectedMessage> ToEntities { get; } = [];

    /// <summary>Locks whose grant was recorded.</summary>
    public HashSet<(TaskKey Task, string Entity)> Grants { get; } = [];

    /// <summary>The turn rewound its instance; these children have to be told.</summary>
    public bool Rewound { get; set; }
    public string[] ToRewind { get; set; } = [];
}
