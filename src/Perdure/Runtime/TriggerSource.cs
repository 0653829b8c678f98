using Perdure.Core.Messages;
using Perdure.Runtime.Circuits;
using Perdure.Runtime.Offers;

namespace Perdure.Runtime;

/// <summary>
/// What lives in a partition and triggers a function. It lives as long as the partition is owned under one epoch: so
/// whatever is in hand here is in nobody else's hand. The partition's lock guards it.
/// </summary>
internal abstract class TriggerSource(string id, Partition partition, CircuitGates circuits)
    : WorkSource(id), IGated
{
    /// <summary>
    /// How long what a function has opened a circuit for is not handed out again: by then it is open.
    /// </summary>
    private static readonly TimeSpan s_opening = TimeSpan.FromSeconds(1);

    /// <summary>Which circuits were told that something waits here, and which state of them that was.</summary>
    private readonly Dictionary<CircuitGate, long> _told = [];

    public Partition Partition => partition;

    /// <summary>Without them nothing runs.</summary>
    public CircuitGates Circuits => circuits;

    public long Epoch { get; } = partition.Epoch;

    public override Node Node => partition.Node;

    public override int PartitionNumber => partition.Number;

    public override bool IsLeaving => partition.IsLeaving;

    /// <summary>Whether a result still counts: what it is of is in hand here.</summary>
    public abstract bool Has_NeedsLock(ActivityWork work);

    /// <summary>What became of work stands in line.</summary>
    public virtual void Placed_NeedsLock(TriggerEntry entry)
    {
    }

    /// <summary>What stands in line is durable.</summary>
    public abstract void Concluded_NeedsLock(TriggerEntry entry);

    /// <summary>The partition is not owned any more: what runs counts for nothing.</summary>
    public abstract void Abandon_NeedsLock();

    public override bool Admit(ActivityWork work)
    {
        work.Delivery!.Enter();
        work.Delivery.BegunAt = Node.Now;
        // What was put aside and runs again has no pass: whoever lets it run has decided that.
        if (!work.Delivery.Pass.IsNone && circuits.Confirm(() => Begin(work)))
            return false;
        if (MayBegin(work) && !IsCareful(work))
            return true;
        Node.Scheduler.Queue(static x => x.Source.Begin(x.Work), (Source: this, Work: work));
        return false;
    }

    /// <summary>Its circuits let it: it may have waited long for its slot, or in careful mode.</summary>
    private bool MayBegin(ActivityWork work) => work.Delivery!.Pass is { IsNone: false } pass
        ? circuits.StillLets(pass)
        : circuits.AskForReplay();

    /// <summary>Its circuits are known as they are now.</summary>
    private void Begin(ActivityWork work)
    {
        if (IsCareful(work) && MayBegin(work))
            partition.RunCarefully(new CarefulTrigger(work));
        else
            Start(work);
    }

    /// <summary>It begins, or is given back.</summary>
    public void Start(ActivityWork work)
    {
        if (MayBegin(work))
        {
            Node.Triggers.Start(work);
            return;
        }
        // Nothing has run with its right to try, if it has one.
        work.Delivery!.Pass.Return();
        Node.Triggers.Forget(work);
        partition.GiveBack(this, work, [], TimeSpan.Zero);
    }

    /// <summary>
    /// What the engine itself runs kills no process: it must not be given up because processes die while it waits.
    /// </summary>
    private bool IsCareful(ActivityWork work) => partition.IsCareful && work.Function is not { IsBuiltIn: true };

    /// <summary>It will not run here; whoever owns the partition then finds it.</summary>
    public override void Drop(ActivityWork work)
    {
        partition.CareDone(work.Task);
        work.Delivery!.Exit();
    }

    public override void DidNotRun(ActivityWork work) => Drop(work);

    public void GateChanged() => partition.Guard(this, PumpSoon_NeedsLock);

    /// <summary>Looks soon whether something can run.</summary>
    protected abstract void PumpSoon_NeedsLock();

    /// <summary>
    /// Work did not come to its end: what triggered it waits as if it had not run; not before some time, if that is
    /// not zero.
    /// </summary>
    protected abstract void GiveBack_NeedsLock(ActivityWork work, TimeSpan pause);

    /// <summary>Tells circuits that are half open that there is something to try.</summary>
    protected void Want_NeedsLock(IReadOnlyList<CircuitGate> wanted)
    {
        List<(string, Message)> told = [];
        foreach (CircuitGate gate in wanted)
        {
            long version = gate.Known?.Version ?? 0;
            if (_told.GetValueOrDefault(gate, -1) == version)
                continue;
            _told[gate] = version;
            told.Add(CircuitSignals.Wants(gate, partition.Number));
        }
        CircuitEntry.Tell_NeedsLock(partition, told);
    }

    /// <summary>
    /// While a circuit does not let its functions run, nothing fails: what failed is as if it had not run. So is what a
    /// function has opened a circuit for, and what was to find out whether the trouble is over.
    /// </summary>
    /// <param name="work">What has run.</param>
    /// <param name="failure">Why it failed.</param>
    /// <param name="isOfEvent">The event itself is bad: that is a failure in any case.</param>
    protected bool IsHeldBack(ActivityWork work, FailureDetails failure, bool isOfEvent)
    {
        CircuitPass pass = work.Delivery!.Pass;
        if (circuits.All.Count == 0 || isOfEvent)
            return false;
        List<(string, Message)> told = [.. CircuitSignals.Probed(pass, failure, isOfEvent: false)];
        TimeSpan pause = TimeSpan.Zero;
        if (work.Opens is { } opens && circuits.ToOpen(opens.Circuit) is { Count: > 0 } gates)
        {
            told.AddRange(gates.Select(g => CircuitSignals.Opens(g, opens.Message, opens.RetryAfter)));
            pause = s_opening;
        }
        else if (!pass.IsProbe && !circuits.IsBlocked)
            return false;
        partition.GiveBack(this, work, told, pause);
        return true;
    }

    /// <summary>Under the lock: see <see cref="GiveBack_NeedsLock"/>.</summary>
    public void TakeBack_NeedsLock(
        ActivityWork work, IReadOnlyList<(string Target, Message Message)> told, TimeSpan pause)
    {
        GiveBack_NeedsLock(work, pause);
        CircuitEntry.Tell_NeedsLock(partition, told);
    }
}

/// <summary>What became of what triggered a function, in line for a batch.</summary>
internal abstract class TriggerEntry(
    TriggerSource source, ActivityWork work, Core.Stores.TurnRows rows,
    IReadOnlyList<(string Target, Message Message)> sent)
    : RowsEntry(source.Partition, source.Node.Usage.Added(rows, work))
{
    /// <summary>Whether the function has sent something, which may be what the store refuses.</summary>
    protected abstract bool HasOutputs { get; }

    public TriggerSource Source => source;
    public ActivityWork Work => work;

    public override void OnCommitted()
    {
        Partition.Concluded(this);
        for (int i = 0; i < sent.Count; i++)
        {
            (string target, Message message) = sent[i];
            Partition.Node.Deliver(target, message with { Row = Rows.InsertMessages![i].Key }, this);
        }
        Tell();
        work.Delivery!.Exit();
    }

    /// <summary>The partition was lost: its next owner finds what triggered it again.</summary>
    public override void OnStale() => work.Delivery!.Exit();

    /// <summary>
    /// What the function sent cannot be stored: it has failed. If it sent nothing, trying again would be in vain.
    /// </summary>
    protected override void OnRefused(string refusal)
    {
        if (HasOutputs)
        {
            Refuse();
            return;
        }
        base.OnRefused(refusal);
        work.Delivery!.Exit();
    }

    /// <summary>Puts in line that the function has failed.</summary>
    protected abstract void Refuse();

    /// <summary>Logs what is worth it.</summary>
    protected abstract void Tell();
}

/// <summary>A function that has its slot and waits for its row, because processes die.</summary>
internal sealed class CarefulTrigger(ActivityWork work)
    : CarefulWork(work.Task, $"the function '{work.Call.Name}' with '{work.ExecutionId}'")
{
    private TriggerSource Source => (TriggerSource)work.Source;

    public override bool IsWanted_NeedsLock() => !work.IsCancelled && Source.Has_NeedsLock(work);

    public override void Run() => Source.Start(work);

    public override void Fail(FailureDetails failure)
    {
        Source.Node.Triggers.Forget(work);
        Source.Return(work, new Message.TaskDone(work.Task, default, failure));
    }

    public override void Skip()
    {
        Source.Node.Triggers.Forget(work);
        work.Delivery!.Exit();
    }
}
