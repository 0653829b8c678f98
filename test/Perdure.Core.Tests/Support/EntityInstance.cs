using Perdure.Core.Entities;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Turns;

namespace Perdure.Core.Tests.Support;

/// <summary>
/// One entity, driven by hand: mail in, its code run, turns out. Every turn is committed to a <see cref="Disk"/>, and
/// what the disk holds is loaded again and compared with the live state. What comes as a row is on the disk before it
/// is in the mailbox.
/// </summary>
internal sealed class EntityInstance : INumbers, IEntityCatalog
{
    public const string Id = "@counter@a";

    public static readonly int Partition = InstanceIds.Partition(Id, Disk.Partitions);

    private readonly EntityCore _core;
    private readonly Limits _limits;
    private readonly Disk _disk = new(Id);
    private bool _hasCode = true;
    private bool _running;
    private long _now = 1000;
    private long _timers;

    public EntityInstance(Limits? limits = null)
    {
        _limits = limits ?? Limits.Default;
        _core = new EntityCore(_limits, Disk.Partitions, this, this);
        Mailbox = new EntityMailbox(_limits);
        State = _disk.LoadEntity();
        Mailbox.Load(State.Holder);
    }

    public EntityState State { get; private set; }

    public EntityMailbox Mailbox { get; private set; }

    /// <summary>The latest turn.</summary>
    public EntityTurn Turn { get; private set; } = null!;

    public Disk Disk => _disk;

    public bool IsRunning => _running;

    /// <summary>The run of the latest turn failed as a whole.</summary>
    public bool Failed { get; private set; }

    /// <summary>Sees every turn once it is durable.</summary>
    public Action<EntityTurn>? Committed { get; set; }

    /// <summary>How the code runs; a test may put another in its place.</summary>
    public Func<EntityBatch, int, EntityRun> Code { get; set; } = CounterCode.Run;

    // Given and when.

    public EntityInstance At(long now)
    {
        _now = now;
        return this;
    }

    public EntityInstance WithoutCode()
    {
        _hasCode = false;
        return this;
    }

    /// <summary>It waits; no turn is taken.</summary>
    public EntityInstance Gets(params Message[] messages)
    {
        _disk.Send(messages);
        foreach (Message message in messages)
            Mailbox.Add(message, isStored: message.Row is not null);
        return this;
    }

    /// <summary>It arrives, and a turn is taken.</summary>
    public EntityInstance Receives(params Message[] messages) => Gets(messages).Takes();

    /// <summary>The next turn, up to where code runs.</summary>
    public EntityInstance Takes(int? operationsMax = null)
    {
        _running.ShouldBeFalse("the code of the turn before has not answered");
        int max = operationsMax ?? _limits.OperationsPerTurnMax;
        Failed = false;
        Turn = _core.Receive(State, Mailbox, _now, max);
        if (Turn.NeedsBodies)
        {
            Turn.Taken.ShouldBeEmpty();
            List<MessageKey> keys = Mailbox.NextLeft(max: 3);
            keys.Count.ShouldBeInRange(1, 3);
            // A store gives them in no particular order.
            Mailbox.Fill(_disk.Read(keys).Reverse());
            Turn = _core.Receive(State, Mailbox, _now, max);
            Turn.NeedsBodies.ShouldBeFalse();
        }
        if (Turn.Decision == TurnDecision.Run)
            _running = true;
        else
            Commit();
        return this;
    }

    /// <summary>The code runs, over at most so many of the operations of the turn.</summary>
    public EntityInstance Runs(int max = int.MaxValue)
    {
        Concludes(max);
        Commit();
        return this;
    }

    /// <summary>The run fails as a whole.</summary>
    public EntityInstance Fails()
    {
        _running.ShouldBeTrue("no code runs");
        (_running, Failed) = (false, true);
        Turn = _core.Fail(Turn, CounterCode.Failure);
        Commit();
        return this;
    }

    /// <summary>The code runs, and the commit is refused: memory is thrown away, what was taken waits again.</summary>
    public EntityInstance RunsInVain(int max = int.MaxValue)
    {
        Concludes(max);
        return Refuses();
    }

    /// <summary>The store refuses a turn: it is as if it had never been taken.</summary>
    public EntityInstance Refuses()
    {
        Mailbox.PutBack(Turn.Taken);
        State = _disk.LoadEntity();
        Mailbox.Load(State.Holder);
        return this;
    }

    /// <summary>The next turn is taken, and lost before it is durable.</summary>
    public EntityInstance TakesInVain(int max = int.MaxValue)
    {
        Turn = _core.Receive(State, Mailbox, _now, _limits.OperationsPerTurnMax);
        if (Turn.Decision == TurnDecision.Run)
        {
            _running = true;
            Concludes(max);
        }
        return Refuses();
    }

    /// <summary>The process dies: what has no row is lost, the rest is found in the store.</summary>
    public EntityInstance Crashes()
    {
        _running = false;
        Mailbox = new EntityMailbox(_limits);
        foreach (Message message in _disk.Mail)
            Mailbox.Add(message, isStored: true);
        State = _disk.LoadEntity();
        Mailbox.Load(State.Holder);
        return this;
    }

    /// <summary>What is due by now comes from the store.</summary>
    public EntityInstance Fires()
    {
        foreach (TimerRow timer in _disk.Timers.Where(t => t.Key.Due <= _now))
        {
            if (!Mailbox.All.Any(m => m is Message.Operation o && o.Timer == timer.Key))
                Mailbox.Add(TimerBodies.Decode(timer), isStored: true);
        }
        return this;
    }

    /// <summary>Turns are taken and run until nothing can be taken.</summary>
    public EntityInstance Settles()
    {
        while (Mailbox.HasNext)
        {
            Takes();
            if (_running)
                Runs();
        }
        return this;
    }

    // Then: exactly this and nothing else.

    public EntityInstance Is(string state)
    {
        State.State.ToString().ShouldBe(state);
        return this;
    }

    public EntityInstance IsHeldBy(string? holder)
    {
        State.Holder?.InstanceId.ShouldBe(holder);
        (State.Holder is null).ShouldBe(holder is null);
        return this;
    }

    public EntityInstance Operations(params string[] names) =>
        Check(Turn.Operations.Select(o => $"{o.Name} {o.Input}".TrimEnd()), names, "operations");

    public EntityInstance Waits(params string[] names) => Check(
        Mailbox.All.Select(m => m is Message.Operation o ? $"{o.Name} {o.Input}".TrimEnd() : m.GetType().Name), names,
        "mail");

    public EntityInstance Sends(params string[] messages) => Check(
        Turn.Effects.OfType<Effect.Deliver>().Select(d => Show.Sent(d.Target, d.Message)), messages, "messages");

    public EntityInstance Rows(params string[] rows) => Check(Show.Rows(Turn.Rows), rows, "rows");

    public EntityInstance Effects(params string[] effects) =>
        Check(Turn.Effects.Where(e => e is not Effect.Deliver).Select(Show.Effect), effects, "effects");

    public EntityInstance Drops(params string[] drops) =>
        Check((Turn.Dropped ?? []).Select(d => $"{d.Message.GetType().Name}: {d.Reason}"), drops, "drops");

    public EntityInstance LogsFailureOf(params string[] signals) => Check(
        (Turn.FailedSignals ?? []).Select(f => $"{f.Operation}: {f.Failure.ErrorType}"), signals, "failed signals");

    private EntityInstance Check(IEnumerable<string> actual, string[] expected, string what)
    {
        actual.ToArray().ShouldBe(expected, $"the {what}");
        return this;
    }

    private void Concludes(int max)
    {
        _running.ShouldBeTrue("no code runs");
        _running = false;
        Turn = _core.Conclude(Turn, Code(Turn.Batch, max));
        Mailbox.PutBack(Turn.NotRun);
    }

    private void Commit()
    {
        _disk.Write(Turn);
        Show.Entity(_disk.LoadEntity()).ShouldBe(Show.Entity(State), "the state on the disk is not the live one");
        foreach (Effect.Deliver deliver in Turn.Effects.OfType<Effect.Deliver>())
            Turn.Rows.InsertMessages![deliver.RowOrdinal].Target.ShouldBe(deliver.Target);
        Committed?.Invoke(Turn);
    }

    long INumbers.DrawKey() => throw new InvalidOperationException("An entity has no key.");

    long INumbers.DrawTimerNumber(int partition) => ++_timers;

    bool IEntityCatalog.OffersEntity(string name)
    {
        name.ShouldBe("counter");
        return _hasCode;
    }
}
