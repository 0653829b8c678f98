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
    private long _lastOfferNumber;

    /// <summary>Where the activities of a turn run: here, as a rule.</summary>
    private void Dispatch(Resident resident, List<ActivityWork> works)
    {
        List<ActivityWork>? elsewhere = null;
        if (_node.IsShared)
        {
            int waiting = resident.WaitingActivities?.Count ?? 0;
            int room = Math.Max(0, (2 * _node.Settings.ConcurrentActivitiesMax) - waiting);
            foreach (ActivityWork work in works)
            {
                if (GoesElsewhere(work, ref room))
                    (elsewhere ??= []).Add(work);
            }
        }
        if (elsewhere is not null)
            Offer(resident, elsewhere);
        foreach (ActivityWork work in works)
        {
            if (!work.IsElsewhere)
                _node.Activities.Enqueue(work);
        }
    }

    private bool GoesElsewhere(ActivityWork work, ref int room)
    {
        if (!_node.Leases.OffersElsewhere(CodeNames.Activity(work.Call.Name)))
            return false;
        if (work.Function is null)
            return true;
        // What a process may have died of stays where deaths are counted.
        return --room < 0 && !work.MayHaveRunBefore && !_care.IsOn;
    }

    private void Offer(Resident resident, List<ActivityWork> works)
    {
        lock (_gate)
        {
            if (_closed || resident.IsAbandoned)
                return;
            List<OfferRow> offers = [];
            foreach (IGrouping<(string, bool, ExecutionKey), ActivityWork> alike in works.GroupBy(w =>
                (CodeNames.Activity(w.Call.Name), w.MayHaveRunBefore, w.Task.Execution)))
            {
                (string code, bool again, ExecutionKey execution) = alike.Key;
                foreach (ActivityWork[] some in alike.Chunk(Claims.TasksPerOffer))
                {
                    OfferRow offer = new(DrawOffer_NeedsLock(), execution, resident.Id, code)
                    {
                        Tasks = [.. some.Select(w => w.Task.Task)],
                        Body = again ? OfferBodies.Again : default,
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

    private OfferKey DrawOffer_NeedsLock() => new(Number, (Epoch << 32) + ++_lastOfferNumber);

    /// <summary>
    /// Activities that run, and whose partition goes to another node, run on: from now on as claims, whose results are
    /// message rows.
    /// </summary>
    private void KeepRunning_NeedsLock()
    {
        List<OfferRow> offers = [];
        foreach (IGrouping<Resident, ActivityWork> running in _node.Activities.StartedOf(this)
            .Where(w => !w.TryHold() && !w.IsCancelled).GroupBy(w => w.Resident))
        {
            foreach (IGrouping<ExecutionKey, ActivityWork> works in running.GroupBy(w => w.Task.Execution))
            {
                OfferRow offer = new(
                    DrawOffer_NeedsLock(), works.Key, running.Key.Id, CodeNames.Activity(works.First().Call.Name))
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
            _node.LaneOf(this).Append(new OfferEntry(this, offers));
    }

    /// <summary>The result of work that was claimed: a message row to the owner, whoever that is.</summary>
    public void Report(string id, Message message)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _node.LaneOf(this).Append(new WorkReport(this, id, message, NextRequestKey_NeedsLock()));
        }
        _node.LaneOf(this).Go();
    }

    /// <summary>The store takes the result of an activity no more than its instance would: the task fails.</summary>
    public void ReportRefused(string id, Message message)
    {
        if (Refused(message) is { } refused && refused != message)
            Report(id, refused);
    }

    /// <summary>What stands in the store when the partition is opened.</summary>
    private async Task ReadOffersAsync(long epoch, CancellationToken cancellationToken)
    {
        IReadOnlyList<OfferRow> offers = await _node.Store.ReadOffersAsync(Number, cancellationToken);
        lock (_gate)
        {
            if (_epoch != epoch)
                return;
            List<OfferKey> left = [];
            foreach (OfferRow offer in offers)
            {
                // A turn is offered anew when its instance is loaded.
                if (offer.Tasks.Count > 0 && _node.IsShared && IsInHand(offer))
                    _offers.Add(offer);
                else
                    left.Add(offer.Key);
            }
            Withdraw_NeedsLock(left);
        }
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
            foreach (OfferRow offer in offers)
            {
                if (!IsInHand(offer) && _offers.TryGet(offer.Key.Number, out OfferRow? known))
                    lost.Add(known);
            }
            lost.ForEach(_offers.Remove);
            Withdraw_NeedsLock([.. lost.Select(o => o.Key)]);
            foreach (IGrouping<string, OfferRow> of in lost.GroupBy(o => o.Target))
            {
                if (_residents.TryGetValue(of.Key, out Resident? resident))
                    again.Add((resident, TakenBack_NeedsLock(resident, of)));
            }
        }
        _node.LaneOf(this).Go();
        foreach ((Resident resident, List<ActivityWork> works) in again)
            Dispatch(resident, works);
    }

    private List<ActivityWork> TakenBack_NeedsLock(Resident resident, IEnumerable<OfferRow> offers)
    {
        List<ActivityWork> works = [];
        foreach (int task in offers.SelectMany(o => o.Tasks))
        {
            if (!resident.Activities.TryGet(task, out ActivityWork? work) || !work.IsElsewhere || work.IsCancelled)
                continue;
            resident.Activities.Remove(task, out _);
            works.Add(ActivityOf_NeedsLock(resident, work.Call, recovered: true));
        }
        return works;
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

    /// <summary>An execution that is over wants nothing any more.</summary>
    private void Withdraw(OrchestrationTurn turn)
    {
        if (!turn.Ended && !turn.MovedGeneration)
            return;
        lock (_gate)
        {
            List<OfferRow> over = _offers.Of(turn.State.Id, e => turn.Ended || e != turn.State.Execution);
            if (over.Count == 0)
                return;
            over.ForEach(_offers.Remove);
            (turn.Rows.DeleteOffers ??= []).AddRange(over.Select(o => o.Key));
        }
    }

    private void Withdraw_NeedsLock(List<OfferKey> offers)
    {
        if (offers.Count > 0)
            _node.LaneOf(this).Append(new OffersEnd(this, offers));
    }
}
