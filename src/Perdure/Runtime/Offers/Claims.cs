using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Functions;
using Perdure.Telemetry;

namespace Perdure.Runtime.Offers;

/// <summary>
/// What this node does for others, and for itself when it has offered more than it can do at once. It claims when it
/// hears of work and has room, and goes on as long as it gets as much as it asked for.
/// </summary>
internal sealed class Claims(Node node)
{
    private const int TasksPerOfferMax = 64;
    private const int OffersPerClaimMax = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<OfferKey, Claim> _claims = [];
    private readonly ExecutionCalls _calls = new(node.Store);
    private readonly ClaimedRuns _runs = new(node);
    private volatile bool _mayBeActivities;
    private volatile bool _mayBeRuns;
    private bool _isPulling;
    private bool _hasOrphans;

    /// <summary>How often the lease has run out: what was claimed before is not this node's any more.</summary>
    private int _losses;

    /// <summary>
    /// Runs that are under way, and whatever is done and still stands until its owner has heard of it.
    /// </summary>
    private readonly HashSet<OfferKey> _runsOrDone = [];
    private bool _isStopped;

    /// <summary>The most activities of one row: no more than could run at the same time.</summary>
    public int TasksPerOffer { get; } = Math.Min(TasksPerOfferMax, node.Settings.ConcurrentActivitiesMax);

    public int Count
    {
        get
        {
            lock (_gate)
                return _claims.Count;
        }
    }

    /// <summary>There is work, or may be.</summary>
    public void Hear()
    {
        lock (_gate)
            _mayBeActivities = _mayBeRuns = true;
        Pull();
    }

    /// <summary>Claims if there may be something, and there is room.</summary>
    public void Pull()
    {
        if (!_mayBeActivities && !_mayBeRuns)
            return;
        lock (_gate)
        {
            if (_isPulling || !CanClaim || !(_mayBeRuns || (_mayBeActivities && Room() > 0)))
                return;
            _isPulling = true;
        }
        node.Scheduler.Queue(static c => _ = c.PullAsync(), this);
    }

    /// <summary>Activities that ran when their partition was handed over go on here.</summary>
    public Claim Keep(OfferRow offer)
    {
        Claim claim = new(node, offer);
        lock (_gate)
            _claims[offer.Key] = claim;
        return claim;
    }

    /// <param name="claim">What has ended.</param>
    /// <param name="isIncomplete">Something of it was not done: it is given back.</param>
    public void Ended(Claim claim, bool isIncomplete = false)
    {
        lock (_gate)
        {
            _hasOrphans |= isIncomplete;
            // One that was abandoned may have been claimed again since.
            if (_claims.GetValueOrDefault(claim.Key) != claim)
                return;
            _claims.Remove(claim.Key);
            if (!isIncomplete)
                _runsOrDone.Add(claim.Key);
        }
    }

    /// <summary>A run of code begins, or has ended without an answer.</summary>
    public void Run(OfferKey key, bool isOver)
    {
        lock (_gate)
        {
            if (isOver)
                _hasOrphans |= _runsOrDone.Remove(key);
            else
                _runsOrDone.Add(key);
        }
    }

    /// <summary>
    /// What the owner does not want any more is cancelled: the instance has ended, or others do the work.
    /// </summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        Dictionary<OfferKey, Claim> before;
        HashSet<OfferKey> others;
        lock (_gate)
        {
            if (_isPulling || (_claims.Count == 0 && _runsOrDone.Count == 0 && !_hasOrphans))
                return;
            _isPulling = true;
            (before, others) = (new(_claims), [.. _runsOrDone]);
        }
        try
        {
            HashSet<OfferKey> standing = [.. await node.Store.ReadClaimsAsync(cancellationToken)];
            foreach (Claim claim in before.Values)
            {
                // One that was kept at a hand-over is written a moment after it is listed.
                if (standing.Contains(claim.Key))
                    claim.IsKnown = true;
                else if (claim.IsKnown)
                    Leave(claim);
            }
            await GiveBackOrphansAsync(
                [.. standing.Where(k => !before.ContainsKey(k) && !others.Contains(k))], cancellationToken);
            lock (_gate)
                _runsOrDone.ExceptWith(others.Where(k => !standing.Contains(k)));
        }
        finally
        {
            lock (_gate)
                _isPulling = false;
            Pull();
        }
    }

    /// <summary>What was claimed, and then could not be begun.</summary>
    private async Task GiveBackOrphansAsync(OfferKey[] orphans, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_hasOrphans)
                return;
        }
        if (orphans.Length > 0)
            await node.Store.GiveBackAsync(orphans, mayHaveRun: true, cancellationToken);
        lock (_gate)
            _hasOrphans = false;
        if (orphans.Length == 0)
            return;
        node.Wakes.Offers();
        Hear();
    }

    /// <summary>
    /// The lease has run out: others may run what runs here. What still stands when the node comes back is free again.
    /// </summary>
    public void Lose()
    {
        Claim[] claims;
        lock (_gate)
        {
            claims = [.. _claims.Values];
            _losses++;
            _hasOrphans |= claims.Length > 0;
        }
        foreach (Claim claim in claims)
            Leave(claim);
    }

    /// <summary>Claims nothing more, and gives back what has not begun.</summary>
    public async Task StopAsync()
    {
        Claim[] untouched;
        lock (_gate)
        {
            _isStopped = true;
            untouched = [.. _claims.Values.Where(c => c.IsUntouched)];
        }
        if (untouched.Length == 0)
            return;
        foreach (Claim claim in untouched)
            Leave(claim);
        try
        {
            await node.Store.GiveBackAsync(
                [.. untouched.Select(c => c.Key)], mayHaveRun: false, CancellationToken.None);
            node.Wakes.Offers();
        }
        catch (StoreException e)
        {
            // They are taken when the lease of this node has ended.
            node.Logger.RoundFailed(e);
        }
    }

    /// <summary>A claim is worth as much as the lease of its node, so one without makes none.</summary>
    private bool CanClaim => !_isStopped && node.Leases.IsCurrent;

    /// <summary>How many rows of activities fit.</summary>
    private int Room()
    {
        int free = node.Settings.ConcurrentActivitiesMax - node.Activities.Running - node.Activities.Waiting
            - node.ActivityCircuits.Waiting;
        return Math.Clamp((free + TasksPerOffer - 1) / TasksPerOffer, 0, OffersPerClaimMax);
    }

    private async Task PullAsync()
    {
        while (Next(out bool isRuns, out int losses) is { } room)
        {
            try
            {
                IReadOnlyList<string> functions =
                    isRuns ? node.Functions.OfferedRuns : node.Functions.OfferedActivities;
                IReadOnlyList<OfferRow> claimed = await node.Store.ClaimAsync(functions, room, node.WhenStopping);
                if (claimed.Count == room)
                    HearAgain(isRuns);
                foreach (OfferRow offer in claimed)
                {
                    if (isRuns && !IsLost(losses))
                        _runs.Begin(offer);
                    else if (!isRuns)
                        await BeginAsync(offer, losses);
                }
            }
#pragma warning disable CA1031 // Whatever it was: a pull that ended here would be the last.
            catch (Exception e)
#pragma warning restore CA1031
            {
                // The next round of the lease asks again, and gives back what was claimed and not begun.
                if (e is not OperationCanceledException)
                    node.Logger.RoundFailed(e);
                lock (_gate)
                    _hasOrphans = true;
            }
        }
    }

    /// <summary>How many rows to claim next: runs of code first, for whole instances wait for them.</summary>
    private int? Next(out bool isRuns, out int losses)
    {
        lock (_gate)
        {
            losses = _losses;
            int room = Room();
            isRuns = _mayBeRuns;
            _isPulling = CanClaim && (_mayBeRuns || (_mayBeActivities && room > 0));
            if (!_isPulling)
                return null;
            if (isRuns)
                _mayBeRuns = false;
            else
                _mayBeActivities = false;
            return isRuns ? OffersPerClaimMax : room;
        }
    }

    private void HearAgain(bool isRuns)
    {
        lock (_gate)
        {
            _mayBeRuns |= isRuns;
            _mayBeActivities |= !isRuns;
        }
    }

    /// <summary>Whether the lease has run out since: then others may have what was claimed before.</summary>
    private bool IsLost(int losses)
    {
        lock (_gate)
        {
            _hasOrphans |= _losses != losses;
            return _losses != losses;
        }
    }

    private Claim? TryKeep(OfferRow offer, int losses)
    {
        lock (_gate)
            return IsLost(losses) ? null : Keep(offer);
    }

    private async Task BeginAsync(OfferRow offer, int losses)
    {
        Calls? calls;
        try
        {
            calls = await _calls.OfAsync(offer, node.WhenStopping);
        }
        catch (FormatException e)
        {
            node.Logger.LoadFailed(offer.Target, e);
            return;
        }
        // Of one that is over the owner deletes the offer.
        if (calls is null || TryKeep(offer, losses) is not { } claim)
            return;
        claim.IsKnown = true;
        List<ActivityWork> works = [];
        foreach (int task in offer.Tasks)
        {
            if (!calls.ByTask.TryGetValue(task, out Core.History.HistoryEvent.TaskScheduled? call))
                continue;
            ActivityWork work = new(
                claim, new TaskKey(offer.Execution.Key, offer.Execution.Generation, task), calls.ExecutionId, call)
            {
                Function = node.Functions.ActivityFor(call.Name, calls.Version),
                Version = calls.Version,
                MayHaveRunBefore = !offer.Body.IsEmpty,
                ScheduledAt = calls.At,
                TraceParent = calls.TraceParent,
            };
            claim.Add(work);
            works.Add(work);
        }
        if (works.Count == 0)
            Ended(claim);
        foreach (ActivityWork work in works)
            node.Activities.Enqueue(work);
    }

    private void Leave(Claim claim)
    {
        claim.Abandon();
        lock (_gate)
        {
            if (_claims.GetValueOrDefault(claim.Key) == claim)
                _claims.Remove(claim.Key);
        }
    }
}
