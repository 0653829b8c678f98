using System.Text.Json;

namespace Perdure.Torture.Judging;

/// <summary>
/// A second reading of what a history means, written from the documents and not from the engine. What it finds out of
/// order on the way it says.
/// </summary>
internal sealed class Fold
{
    private readonly Dictionary<int, JsonElement> _scheduled = [];
    private readonly List<string> _problems = [];
    private bool _feeding;
    private bool _terminal;
    private bool _suspended;
    private bool _parked;
    private int _recorded;

    public Fold(InstanceLine instance, IReadOnlyList<TurnLine> turns)
    {
        Generation = instance.Generation;
        Walk(turns);
    }

    public int Generation { get; }
    public IReadOnlyList<string> Problems => _problems;
    public int Status { get; private set; } = 6;
    public string Name { get; private set; } = "";
    public string Execution { get; private set; } = "";
    public string? Parent { get; private set; }
    public string? CustomStatus { get; private set; }
    public JsonElement? Input { get; private set; }
    public JsonElement? Completed { get; private set; }
    public long? StartAt { get; private set; }
    public int Events { get; private set; }

    /// <summary>Everything scheduled and not resolved: activities, timers, children, calls, locks.</summary>
    public Dictionary<int, JsonElement> Open { get; } = [];

    /// <summary>Every activity that has an outcome: what was scheduled, and how it ended.</summary>
    public List<(JsonElement Scheduled, JsonElement Resolution)> Resolved { get; } = [];

    /// <summary>The critical section that the code is in, or is about to enter.</summary>
    public Section? Section { get; private set; }

    /// <summary>The payloads of the events that were raised.</summary>
    public List<string> Raised { get; } = [];

    public bool Ended => Status is 1 or 3 or 5;

    public int Held => Ended ? 0 : _parked ? 3 : _suspended ? 2 : StartAt is null ? 0 : 1;

    public bool Owed => !Ended && (Open.Values.Any(e => Type(e) == "TaskScheduled") || (_recorded > 0 && Held == 0));

    public static string Type(JsonElement e) => e.GetProperty("type").GetString()!;

    public static string? Text(JsonElement e, string name) =>
        e.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    public static long? Number(JsonElement e, string name) =>
        e.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : null;

    private static int Task(JsonElement e) => e.GetProperty("task").GetInt32();

    private void Walk(IReadOnlyList<TurnLine> turns)
    {
        (int turn, int part, long at) = (-1, 0, 0L);
        foreach (TurnLine line in turns)
        {
            bool next = line.Turn == turn + 1 && line.Part == 0;
            if (!next && (line.Turn != turn || line.Part != part + 1))
                _problems.Add($"turn {turn}.{part} is followed by {line.Turn}.{line.Part}");
            if (line.At < at)
                _problems.Add($"turn {line.Turn} is earlier than the one before");
            if (line.Part == 0)
                _feeding = false;
            (turn, part, at) = (line.Turn, line.Part, line.At);
            foreach (JsonElement e in line.Events)
            {
                if (_terminal)
                    _problems.Add($"{Type(e)} after the end");
                Events++;
                Apply(e);
            }
        }
        if (turns.Count > 0 && (turns[0].Events.Length == 0 || turns[0].Events.All(e => Type(e) != "ExecutionStarted")))
            _problems.Add("the first turn does not hold the start");
    }

    private void Apply(JsonElement e)
    {
        switch (Type(e))
        {
            case "OrchestratorStarted": (_feeding, _recorded, Status) = (true, 0, 0); break;
            case "ExecutionStarted": Begin(e); break;
            case "TaskScheduled" or "TimerCreated": Schedule(e); break;
            case "SubOrchestrationInstanceCreated":
                if (!e.TryGetProperty("detached", out _))
                    Schedule(e);
                break;
            case "TimerFired" when Task(e) < 0: StartAt = null; break;
            case "TimerCanceled":
                // It may have fired in the same turn: then there is nothing left to cancel.
                Open.Remove(Task(e));
                break;
            case "TaskCompleted" or "TaskFailed": Resolve(e, "TaskScheduled"); break;
            case "TimerFired": Resolve(e, "TimerCreated"); break;
            case "SubOrchestrationInstanceCompleted" or "SubOrchestrationInstanceFailed":
                Resolve(e, "SubOrchestrationInstanceCreated");
                break;
            case "EntityOperationCalled": Schedule(e); break;
            case "EntityOperationSignaled": break;
            case "EntityOperationCompleted" or "EntityOperationFailed": Resolve(e, "EntityOperationCalled"); break;
            case "EntityLockRequested": Enter(e); break;
            case "EntityLockGranted": Grant(e); break;
            case "EntityUnlockSent": Leave(e); break;
            case "EventRaised":
                Raised.Add(Text(e, "input") ?? "");
                Take();
                break;
            case "CustomStatusSet":
                CustomStatus = e.TryGetProperty("value", out JsonElement value) ? value.GetRawText() : null;
                break;
            case "ExecutionSuspended": _suspended = true; break;
            case "ExecutionResumed": (_suspended, _parked) = (false, false); break;
            case "ExecutionParked": _parked = true; break;
            case "ExecutionTerminated": break;
            case "ExecutionCompleted": End(e); break;
            default: _problems.Add($"{Type(e)} is no event that this judge knows"); break;
        }
    }

    private void Begin(JsonElement e)
    {
        Name = Text(e, "name")!;
        Execution = Text(e, "execution")!;
        Parent = e.TryGetProperty("parent", out JsonElement parent) ? Text(parent, "instance") : null;
        Input = e.TryGetProperty("input", out JsonElement input) ? input : null;
        StartAt = Number(e, "startAt");
        Status = _feeding || Generation > 0 ? 0 : 6;
        Take();
    }

    private void Schedule(JsonElement e)
    {
        if (!_scheduled.TryAdd(Task(e), e))
            _problems.Add($"task {Task(e)} is scheduled twice");
        Open.Add(Task(e), e);
    }

    private void Resolve(JsonElement e, string scheduledAs)
    {
        if (!Open.Remove(Task(e), out JsonElement scheduled) || Type(scheduled) != scheduledAs)
            _problems.Add($"{Type(e)} for task {Task(e)}, which is not open: a second resolution, or one of nothing");
        else if (scheduledAs == "TaskScheduled")
            Resolved.Add((scheduled, e));
        Take();
    }

    private void Enter(JsonElement e)
    {
        string[] entities = [.. e.GetProperty("entities").EnumerateArray().Select(x => x.GetString()!)];
        if (Section is not null)
            _problems.Add($"a critical section, task {Task(e)}, within another, {Section}");
        if (!entities.SequenceEqual(entities.Distinct().Order(StringComparer.Ordinal)))
            _problems.Add($"the entities of task {Task(e)} are not in order: {string.Join(", ", entities)}");
        Section = new Section(Task(e), entities, 0);
        Schedule(e);
    }

    private void Grant(JsonElement e)
    {
        if (Section is not { } section || section.Task != Task(e) || section.Awaited != Text(e, "entity"))
        {
            _problems.Add($"{Text(e, "entity")} is granted to task {Task(e)} and is not what {Section} waits for");
            return;
        }
        Section = section with { Granted = section.Granted + 1 };
        if (Section.Awaited is null != e.TryGetProperty("last", out _))
            _problems.Add($"the last lock of task {Task(e)} is not the one that says so");
        if (Section.Awaited is null)
            Resolve(e, "EntityLockRequested");
    }

    private void Leave(JsonElement e)
    {
        if (Section is not { Awaited: null } section || section.Task != Task(e))
            _problems.Add($"task {Task(e)} leaves a critical section and is in {Section}");
        Section = null;
    }

    private void Take()
    {
        if (!_feeding)
            _recorded++;
    }

    private void End(JsonElement e)
    {
        _terminal = true;
        Completed = e;
        Status = Text(e, "status") switch
        {
            "Completed" => 1,
            "Failed" => 3,
            "Terminated" => 5,
            _ => -1,
        };
        Open.Clear();
        Section = null;
        StartAt = null;
    }
}
