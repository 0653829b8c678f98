using System.Text.Json;
using Perdure.Torture.Journals;
using Perdure.Torture.Workload;

namespace Perdure.Torture.Judging;

/// <summary>
/// Looks at a hub while nothing moves: with SQL and a fold of its own at what is stored, and at the journals of clients
/// and activities.
/// </summary>
internal sealed class Judge(string journals, Evidence evidence, Findings findings)
{
    private readonly EffectLedger _effects = new(journals, evidence.IsShared, findings);
    private readonly ClientRecord _client = new();
    private readonly Dictionary<long, int> _ended = [];

    public ClientRecord Client => _client;
    public EffectLedger Effects => _effects;
    public int Open { get; private set; }
    public int Instances { get; private set; }

    /// <summary>Entities that are locked.</summary>
    public int Locked { get; private set; }

    /// <summary>Transfers that moved money to their end and were not purged; counted at rest.</summary>
    public int Moved { get; private set; }

    /// <summary>Instances by the number of their status.</summary>
    public ILookup<int, string> ByStatus { get; private set; } = Array.Empty<string>().ToLookup(_ => 0);

    /// <summary>See <see cref="Promises.Discarded"/>.</summary>
    public int Discarded { get; private set; }

    public void Look(bool atRest, bool whole)
    {
        _client.ReadOn(journals);
        _effects.ReadOn();
        foreach (string problem in _client.Problems)
            findings.Add("a client saw", problem);
        using SqlReader hub = evidence.Open(whole, findings);
        Tables tables = new(hub);
        Instances = tables.Instances.Count;
        Open = tables.Instances.Count(i => !i.Ended);
        Dictionary<string, InstanceLine> byId = tables.Instances.ToDictionary(i => i.Id);
        Promises promises = new(_client, findings);
        WaitsFor waits = new(tables, byId, findings);
        EntityWaits entities = new(tables, findings);
        Locked = entities.Locked;
        ByStatus = tables.Instances.ToLookup(i => i.Status, i => i.Id);
        Dictionary<string, Fold> folds = [];
        foreach (InstanceLine instance in tables.Instances)
        {
            if (!atRest && _ended.ContainsKey(instance.Key))
                continue;
            IReadOnlyList<TurnLine> turns = tables.History(instance);
            Fold fold = new(instance, turns);
            folds.Add(instance.Id, fold);
            promises.Compare(instance, fold);
            waits.Check(instance, fold);
            entities.Check(instance, fold);
            _effects.Committed(fold, instance.Id);
            if (_ended.TryGetValue(instance.Key, out int events) && events != fold.Events)
                findings.Add(
                    "history rewritten", $"{instance.Id} had {events} events at its end and has {fold.Events}");
            if (instance.Ended)
                _ended[instance.Key] = fold.Events;
        }
        waits.CheckTimers(folds);
        entities.CheckLocks(folds, byId);
        Books books = new(tables, _client, findings);
        books.Check(atRest);
        books.CheckSignals();
        if (tables.OrphanTasks > 0)
            findings.Add("tasks of no living execution", $"{tables.OrphanTasks} rows");
        if (tables.OrphanHistories > 0)
            findings.Add("history without execution", $"{tables.OrphanHistories} rows");
        promises.CheckClients(tables, byId, folds);
        Discarded += promises.Discarded;
        if (atRest)
            CheckRest(tables);
    }

    private void CheckRest(Tables tables)
    {
        foreach (InstanceLine open in tables.Instances.Where(i => !i.Ended))
            findings.Add("not terminal", $"{open.Id}, status {open.Status}, held {open.Held}, owed {open.Owed}");
        foreach (InstanceLine owed in tables.Instances.Where(i => i.Owed))
            findings.Add("owed at rest", owed.Id);
        foreach (MessageLine message in tables.Messages)
            findings.Add("orphan message", $"kind {message.Kind} to {message.Target}");
        foreach (TimerLine timer in tables.Timers)
            findings.Add("orphan timer", $"{timer.Body} of {timer.Target}");
        if (tables.Tasks > 0)
            findings.Add("orphan tasks", $"{tables.Tasks} rows");
        CheckOutputs(tables);
    }

    /// <summary>The workload's own sums: each kind has one right answer.</summary>
    private void CheckOutputs(Tables tables)
    {
        foreach (InstanceLine instance in tables.Instances.Where(i => i.Status == 1))
        {
            JsonElement completed = tables.History(instance)[^1].Events[^1];
            string output = completed.TryGetProperty("result", out JsonElement result) ? result.GetRawText() : "null";
            if (instance.Name is Kinds.Transfer or Kinds.Standing && output == "true")
                Moved++;
            bool right = instance.Name switch
            {
                Kinds.Sequence => result.GetArrayLength() == 3,
                Kinds.Timers => output == "true",
                Kinds.Parent => output == "8",
                Kinds.Counter => output == "4",
                Kinds.Gather => result.EnumerateArray().Select(e => e.GetString()).Distinct().Count() == 4,
                Kinds.Ledger => result.EnumerateArray().Select(e => e.GetString()).Distinct().Count() == 6,
                Kinds.Transfer or Kinds.Standing => output is "true" or "false",
                Kinds.Audit => result.GetInt64() == Bank.Total,
                Kinds.Careless or Kinds.Hoarder => false,
                _ => true,
            };
            if (!right)
                findings.Add("wrong output", $"{instance.Id}: {output}");
        }
    }
}
