using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Runtime.Offers;

namespace Perdure.Runtime;

/// <summary>
/// Owning is not executing: activities whose code is elsewhere, or that are too many for one node, are offered to all;
/// and what another node offers is answered by message rows.
/// </summary>
internal sealed partial class Partition
{
    private readonly OfferBook _offers = new();

    /// <summary>What the last look found in the hands of nodes that do not count.</summary>
    private HashSet<(OfferKey Offer, long Node)> _doubtful = [];

    private long _lastOfferNumber;

    private void Offer(Resident resident, List<ActivityWork> works)
    {
        lock (_gate)
        {
            if (_closed || resident.IsAbandoned)
                return;
            List<OfferRow> offers = [];
            foreach (IGrouping<(string, bool, ExecutionKey), ActivityWork> alike in works.GroupBy(w =>
                (CodeFor(w), w.MayHaveRunBefore, w.Task.Execution)))
            {
                (string code, bool again, ExecutionKey execution) = alike.Key;
                foreach (ActivityWork[] some in alike.Chunk(_node.Claims.TasksPerOffer))
                {
                    OfferRow offer = new(DrawOffer_NeedsLock(), execution, resident.Id, code)
                    {
                        Tasks = [.. some.Select(w => w.Task.Task)],
                        Body = again ? OfferRow.MayHaveRun : default,
                    };
                    offers.Add(offer);
                    _offers.Add(offer);
                }
            }
            foreach (ActivityWork work in works)
                work.IsElsewhere = true;
            _node.LaneOf(this).Append(new OfferEntry(this, offers));
        }
        _node.LaneOf(this).Go();
    }

    /// <summary>A run of code that is not here; what it came to is told to <paramref name="run"/>.</summary>
    public void Offer(string id, ExecutionKey execution, string code, ReadOnlyMemory<byte> body, OfferedRun run)
    {
        lock (_gate)
        {
            if (_closed || Epoch == 0)
            {
                run.Cancel();
                return;
            }
            OfferRow offer = new(DrawOffer_NeedsLock(), execution, id, code) { Body = body };
            _offers.Add(offer, run);
            _node.LaneOf(this).Append(new OfferEntry(this, [offer]));
        }
        _node.LaneOf(this).Go();
    }

    /// <summary>A run has ended elsewhere. Nobody waits for it any more if its partition was opened since.</summary>
    private void Take_NeedsLock(string id, Message.WorkDone done)
    {
        OfferedRun? run = _offers.Remove(done.Offer);
        _node.LaneOf(this).Append(new WorkTaken(this, done.Row!.Value, new OfferKey(Number, done.Offer)));
        // An answer that nobody waits for any more leads to nothing that would set the line going.
        _node.Scheduler.Queue(static l => l.Go(), _node.LaneOf(this));
        try
        {
            run?.Answer(done.Body);
        }
        catch (FormatException e)
        {
            _logger.LoadFailed(id, e);
            run!.Cancel();
        }
    }

    private OfferKey DrawOffer_NeedsLock() => new(Number, (Epoch << 32) + ++_lastOfferNumber);

    /// <summary>
    /// Activities that run, and whose partition goes to another node, run on: from now on as claims, whose results are
    /// message rows.
    /// </summary>
    private void KeepRunning_NeedsLock()
    {
        List<OfferRow> offers = [];
        // One whose result has just come still has its slot.
        foreach (IGrouping<Resident, ActivityWork> running in _node.Activities.StartedOf(this)
            .Where(w => !w.TryHold() && !w.IsCancelled && IsOpen_NeedsLock(w.Resident, w)).GroupBy(w => w.Resident))
        {
            foreach (IGrouping<ExecutionKey, ActivityWork> works in running.GroupBy(w => w.Task.Execution))
            {
                OfferRow offer = new(DrawOffer_NeedsLock(), works.Key, running.Key.Id, CodeFor(works.First()))
                {
                    Tasks = [.. works.Select(w => w.Task.Task)],
                    Node = _node.Number,
                };
                Claim claim = _node.Claims.Keep(offer);
                foreach (ActivityWork work in works)
                {
                    running.Key.Activities.Remove(work.Task.Task, out _);
                    claim.Add(work);
                    work.Source = claim;
                }
                offers.Add(offer);
            }
        }
        if (offers.Count > 0)
            _node.LaneOf(this).Append(new KeptEntry(this, offers));
    }

    /// <summary>The result of work that was claimed: a message row to the owner, whoever that is.</summary>
    /// <param name="id">The instance.</param>
    /// <param name="message">What the work came to.</param>
    /// <param name="otherwise">What is reported instead if the store refuses it.</param>
    /// <param name="activity">Gives back its slot when nothing of it is on its way any more.</param>
    public void Report(string id, Message message, Message? otherwise, ActivityWork? activity = null)
    {
        bool isClosed;
        lock (_gate)
        {
            isClosed = _closed;
            if (!isClosed)
            {
                MessageKey key = new(Number, Node.ReportOrigin + _node.Number, ++_lastReportRow);
                _node.LaneOf(this).Append(new WorkReport(this, id, message, otherwise, key) { Activity = activity });
            }
        }
        if (!isClosed)
            _node.LaneOf(this).Go();
        else if (activity is not null)
            _node.Activities.Stored(activity);
    }

    /// <summary>What stands in the store when the partition is opened.</summary>
    private async Task ReadOffersAsync(long epoch, CancellationToken cancellationToken)
    {
        IReadOnlyList<OfferRow> offers = await _node.Store.ReadOffersAsync(Number, cancellationToken);
        HashSet<ExecutionKey> living = await LivingOfAsync(offers, cancellationToken);
        lock (_gate)
        {
            if (_epoch != epoch)
                return;
            List<OfferKey> left = [];
            foreach (OfferRow offer in offers)
            {
                // A turn is offered anew when its instance is loaded. Whether a claimant lives the next look says.
                if (offer.Tasks.Count > 0 && _node.IsShared && living.Contains(offer.Execution))
                    _offers.Add(offer);
                else
                    left.Add(offer.Key);
            }
            Withdraw_NeedsLock(left);
        }
        _node.LaneOf(this).Go();
    }

    /// <summary>
    /// Of one that is over nobody hears any more: the owner before may have died between its end and the end of what it
    /// had offered.
    /// </summary>
    private async Task<HashSet<ExecutionKey>> LivingOfAsync(
        IReadOnlyList<OfferRow> offers, CancellationToken cancellationToken)
    {
        HashSet<ExecutionKey> living = [];
        foreach (string target in offers.Where(o => o.Tasks.Count > 0).Select(o => o.Target).Distinct())
        {
            if (await _node.Store.ReadInstanceAsync(target, cancellationToken) is { Status.IsTerminal: false } row)
                living.Add(new ExecutionKey(row.Key, row.Generation));
        }
        return living;
    }

    /// <summary>Whether the work waits for somebody who can do it, or is done by somebody who lives.</summary>
    private bool IsInHand(OfferRow offer) => offer.Node == 0 || _node.Leases.IsAlive(offer.Node);

    /// <summary>Activities of claimants that died are taken back; what they had begun may run a second time.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async Task CheckOffersAsync(CancellationToken cancellationToken)
    {
        long epoch = Epoch;
        lock (_gate)
        {
            if (_offers.Count == 0 || epoch == 0)
                return;
        }
        IReadOnlyList<OfferRow> offers = await _node.Store.ReadOffersAsync(Number, cancellationToken);
        List<(Resident, List<ActivityWork>)> again = [];
        lock (_gate)
        {
            if (_epoch != epoch || _closed)
                return;
            List<OfferRow> lost = [];
            HashSet<(OfferKey, long)> doubtful = [];
            foreach (OfferRow offer in offers)
            {
                if (!_offers.TryGet(offer.Key.Number, out OfferRow? known))
                    continue;
                if (IsMisplaced_NeedsLock(offer))
                    lost.Add(known);
                if (IsInHand(offer))
                    continue;
                // A node may have come back and claimed since the others were looked at.
                if (_doubtful.Contains((offer.Key, offer.Node)))
                    lost.Add(known);
                else
                    doubtful.Add((offer.Key, offer.Node));
            }
            _doubtful = doubtful;
            if (doubtful.Count > 0)
                _node.Leases.Wake();
            Withdraw_NeedsLock([.. lost.Select(o => o.Key)]);
            OfferAgain_NeedsLock(lost);
            foreach (IGrouping<string, OfferRow> of in lost.Where(o => o.Tasks.Count > 0).GroupBy(o => o.Target))
            {
                if (_residents.TryGetValue(of.Key, out Resident? resident))
                    again.Add((resident, TakenBack_NeedsLock(resident, of)));
            }
        }
        _node.LaneOf(this).Go();
        foreach ((Resident resident, List<ActivityWork> works) in again)
            Dispatch(resident, works);
    }

    /// <summary>
    /// Whether nobody takes what it is offered to any more, and somebody would take it otherwise: programs of other
    /// versions have taken the places of those that there were.
    /// </summary>
    private bool IsMisplaced_NeedsLock(OfferRow offer) => offer.Node == 0 && !_node.Leases.IsTaken(offer.Code)
        && _residents.TryGetValue(offer.Target, out Resident? resident)
        && resident.State is OrchestrationState state
        && (CodeElsewhere(offer.Code, state) is not null
            || (offer.Tasks.Count > 0 && _node.Functions.Program.Takes.Takes(state.Version)));

    private string? CodeElsewhere(string offered, OrchestrationState state) =>
        _node.Leases.CodeElsewhere(CodeNames.Split(offered).Code, state.Version);

    /// <summary>
    /// Runs are for whoever has the code, under a new number: who was thought dead may answer the old.
    /// </summary>
    private void OfferAgain_NeedsLock(List<OfferRow> lost)
    {
        List<OfferRow> again = [];
        foreach (OfferRow offer in lost)
        {
            if (_offers.Remove(offer.Key.Number) is not { } run)
                continue;
            string? code = _residents.GetValueOrDefault(offer.Target)?.State is OrchestrationState state
                ? CodeElsewhere(offer.Code, state)
                : null;
            OfferRow next = new(DrawOffer_NeedsLock(), offer.Execution, offer.Target, code ?? offer.Code)
            {
                Body = offer.Body,
            };
            _offers.Add(next, run);
            again.Add(next);
        }
        if (again.Count > 0)
            _node.LaneOf(this).Append(new OfferEntry(this, again));
    }

    private List<ActivityWork> TakenBack_NeedsLock(Resident resident, IEnumerable<OfferRow> offers)
    {
        List<ActivityWork> works = [];
        foreach (int task in offers.SelectMany(o => o.Tasks))
        {
            if (!resident.Activities.TryGet(task, out ActivityWork? work) || !work.IsElsewhere || work.IsCancelled)
                continue;
            resident.Activities.Remove(task, out _);
            // Of an instance whose memory was dropped whoever loads it finds them open.
            if (resident.State is not null)
                works.Add(Again_NeedsLock(resident, work));
        }
        return works;
    }

    /// <summary>
    /// The same work, from here. What it is called does not come from the state of the instance: a turn that runs
    /// meanwhile may have moved that to the next generation.
    /// </summary>
    private static ActivityWork Again_NeedsLock(Resident resident, ActivityWork work)
    {
        ActivityWork again = new(resident, work.Task, work.ExecutionId, work.Call)
        {
            Function = work.Function,
            Version = work.Version,
            MayHaveRunBefore = true,
            ScheduledAt = work.ScheduledAt,
            TraceParent = work.TraceParent,
        };
        resident.Activities.Add(work.Task.Task, again);
        return again;
    }

    /// <summary>An answer by message row: the activity ran elsewhere.</summary>
    private void Answered_NeedsLock(Resident resident, Message message)
    {
        if (message is not Message.TaskDone { Task: var task } || !_offers.Has(task))
            return;
        if (resident.Activities.TryGet(task.Task, out ActivityWork? work) && work.Task == task)
            resident.Activities.Remove(task.Task, out _);
        if (_offers.Answered(task) is { } offer)
            Withdraw_NeedsLock([offer.Key]);
    }

    /// <summary>
    /// An execution that is over wants nothing any more. That it is over counts with its commit: until then the offers
    /// stand, also in memory, because the turn may be dropped.
    /// </summary>
    private void Withdraw(OrchestrationTurn turn)
    {
        if (!IsOver(turn))
            return;
        lock (_gate)
        {
            if (_offers.Count == 0)
                return;
            List<OfferRow> over = OffersOver_NeedsLock(turn);
            if (over.Count > 0)
                (turn.Rows.DeleteOffers ??= []).AddRange(over.Select(o => o.Key));
        }
    }

    private void Withdrawn_NeedsLock(OrchestrationTurn turn)
    {
        if (_offers.Count == 0)
            return;
        List<OfferRow> over = OffersOver_NeedsLock(turn);
        over.ForEach(o => _offers.Remove(o.Key.Number)?.Cancel());
        // Some may have been taken back from the dead and offered again while the turn was in line.
        Withdraw_NeedsLock([.. over.Select(o => o.Key).Except(turn.Rows.DeleteOffers ?? [])]);
    }

    private List<OfferRow> OffersOver_NeedsLock(OrchestrationTurn turn) =>
        _offers.Of(turn.State.Id, e => turn.Ended || e != turn.State.Execution);

    private static bool IsOver(OrchestrationTurn turn) => turn.Ended || turn.MovedGeneration;

    private void Withdraw_NeedsLock(List<OfferKey> offers)
    {
        if (offers.Count > 0)
            _node.LaneOf(this).Append(new OffersEnd(this, offers));
    }
}
