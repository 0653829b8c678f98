using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Turns;

namespace Perdure.Core.Tests.Support;

/// <summary>
/// One instance id, driven by hand: messages in, the code's answer in, turns out. Every turn that a scenario makes is
/// committed to a <see cref="Disk"/>, and what the disk holds is loaded again and compared with the live state; so
/// each test is also a test of the fold, the codec and the rows.
/// </summary>
internal sealed class Instance : INumbers, ICodeCatalog
{
    public const long Sender = 77;

    private readonly OrchestrationCore _core;
    private readonly Limits _limits;
    private readonly HashSet<string> _unknown = [];
    private Disk _disk;
    private long _keys;
    private long _timers;
    private long _now = 1000;
    private bool _running;

    public Instance(string name, string id, Limits limits)
    {
        Name = name;
        _limits = limits;
        _core = new OrchestrationCore(limits, Disk.Partitions, this, this);
        _disk = new Disk(id);
        State = _disk.Load();
    }

    public string Name { get; }

    public OrchestrationState State { get; private set; }

    /// <summary>The execution that the latest turn left behind; an ended instance keeps its own.</summary>
    public ExecutionKey Execution => State.Execution;

    /// <summary>The latest turn.</summary>
    public OrchestrationTurn Turn { get; private set; } = null!;

    /// <summary>Sees every turn once it is durable.</summary>
    public Action<OrchestrationTurn>? Committed { get; set; }

    public int RowsWritten => _disk.RowsWritten;

    public bool IsRunning => _running;

    public InstanceRow? Row => _disk.Row;

    public IReadOnlyList<HistoryRow> History => _disk.History;

    // Given and when.

    public Instance WithoutCode(string? name = null)
    {
        _unknown.Add(name ?? Name);
        return this;
    }

    public Instance WithCode(string? name = null)
    {
        _unknown.Remove(name ?? Name);
        return this;
    }

    public Instance At(long now)
    {
        _now = now;
        return this;
    }

    public Instance Started(ParentLink? parent = null, string? input = null) => Receives(Arrival.Start(input, parent));

    public Instance Receives(params Arrival[] arrivals)
    {
        _running.ShouldBeFalse("the code of the turn before has not answered");
        Message[] messages = [.. arrivals.Select(a => a.Make(this))];
        _disk.Expect(messages);
        if (State is { Exists: true, Ended: true } && messages.Any(m => m is Message.Rewind))
            Reloaded();
        Turn = _core.Receive(State, messages, _now);
        Turn.Taken.Count.ShouldBe(messages.Length - Turn.Untaken);
        if (Turn.Decision == TurnDecision.Run)
            _running = true;
        else
            Commit(Turn);
        return this;
    }

    /// <summary>The code runs up to its next awaits.</summary>
    public Instance Asked(params OrchestratorAction[] actions) => Concludes(new CodeResult.Ran(actions, null));

    /// <summary>The code runs to its end.</summary>
    public Instance Ends(Completion completion, params OrchestratorAction[] actions) =>
        Concludes(new CodeResult.Ran(actions, completion));

    /// <summary>
    /// Messages arrive with something that the code waits for outside of its tasks: it runs, whatever the core decided.
    /// </summary>
    public Instance Wakes(params Arrival[] arrivals)
    {
        Turn = _core.Receive(State, [.. arrivals.Select(a => a.Make(this))], _now);
        _running = true;
        return this;
    }

    public Instance Concludes(CodeResult result)
    {
        _running.ShouldBeTrue("no code runs");
        _running = false;
        Turn = _core.Conclude(Turn, result);
        Commit(Turn);
        return this;
    }

    /// <summary>The 20 ms rule; <see cref="Turn"/> stays the running one.</summary>
    public OrchestrationTurn RecordsAhead()
    {
        OrchestrationTurn ahead = OrchestrationCore.RecordAhead(Turn);
        Commit(ahead);
        return ahead;
    }

    /// <summary>The instance leaves the cache and comes back.</summary>
    public Instance Reloaded()
    {
        State = _disk.Load();
        return this;
    }

    // Then: exactly this and nothing else.

    public Instance Decides(TurnDecision decision)
    {
        Turn.Decision.ShouldBe(decision);
        return this;
    }

    public Instance Feeds(params string[] events) => Check(Turn.Feed.Select(Show.Event), events, "feed");

    public Instance Events(params string[] events) => Check(Show.Events(Turn), events, "events");

    public Instance Rows(params string[] rows) => Check(Show.Rows(Turn.Rows), rows, "rows");

    public Instance Effects(params string[] effects) => Check(Turn.Effects.Select(Show.Effect), effects, "effects");

    public Instance Drops(params string[] drops) =>
        Check((Turn.Dropped ?? []).Select(d => $"{d.Message.GetType().Name}: {d.Reason}"), drops, "drops");

    private Instance Check(IEnumerable<string> actual, string[] expected, string what)
    {
        actual.ToArray().ShouldBe(expected, $"the {what} of turn {Turn.Number}");
        return this;
    }

    private void Commit(OrchestrationTurn turn)
    {
        turn.At.ShouldBeGreaterThanOrEqualTo(_now);
        _disk.Write(turn, _limits.HistoryRowBytesMax);
        Committed?.Invoke(turn);
        OrchestrationState loaded = _disk.Load();
        if (_disk.Row is null)
        {
            State = loaded;
            return;
        }
        if (State.Ended && !turn.HasEvents)
            return;
        Show.State(loaded)
            .ShouldBe(Show.State(State), $"the state loaded after turn {turn.Number} is not the live one");
        _disk.CheckTimers(State);
        if (State.Ended)
            State = OrchestrationState.OfEnded(_disk.Row);
    }

    public TimerKey TimerKey(int task, long due)
    {
        long number = State.Open.TryGet(task, out HistoryEvent? opened) && opened is HistoryEvent.TimerCreated timer
            ? timer.Number
            : -5;
        return new TimerKey(State.Partition, due, number);
    }

    long INumbers.DrawKey() => ++_keys;

    long INumbers.DrawTimerNumber(int partition) => ++_timers;

    bool ICodeCatalog.Offers(string orchestration, string? version) => !_unknown.Contains(orchestration);

    bool ICodeCatalog.Knows(string orchestration) => !_unknown.Contains(orchestration);
}
