using Microsoft.Extensions.Logging;
using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.Core.Versioning;
using Perdure.Telemetry;

namespace Perdure.Runtime;

/// <summary>
/// Keeps the lease of the node, takes its share of the partitions, and gives back what others should have. A round asks
/// the store, compares, and acts; rounds come one after the other, at least three in the time of a lease, and at once
/// when something has happened.
/// </summary>
internal sealed class LeaseKeeper : IDisposable
{
    private const int RoundsPerLease = 3;

    /// <summary>A node that cannot renew stops so much before its lease ends: the clocks run not quite alike.</summary>
    private const double SafePart = 0.8;

    /// <summary>Clocks and timers are not exact: who asks too early asks twice.</summary>
    private static readonly TimeSpan s_afterEnd = TimeSpan.FromMilliseconds(20);

    private readonly Node _node;
    private readonly ITimer _expiry;
    private readonly Lock _gate = new();
    private TaskCompletionSource _woken = NewSignal();
    private Task? _awaited;
    private volatile bool _isShared;
    private volatile Neighbours _neighbours = new(new(0, [], []), 0);

    /// <summary>Which partition was tried last: one that cannot be taken must not keep the others waiting.</summary>
    private int _lastTried = -1;
    private long _askedAt;
    private long _heardAt;

    public LeaseKeeper(Node node)
    {
        _node = node;
        _expiry = node.Time.CreateTimer(
            static k => ((LeaseKeeper)k!).OnExpired(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether other nodes can have the hub open at the same time.</summary>
    public bool IsShared => _isShared;

    /// <summary>How often the store has been asked, for tests.</summary>
    public int Rounds { get; private set; }

    /// <summary>Whether a node counts, as far as this one has heard.</summary>
    public bool IsAlive(long node) => _neighbours.Living.Contains(node);

    /// <summary>Whether another node has the code, or had it when it was heard of last.</summary>
    public bool OffersElsewhere(string code) => _neighbours.Versions.Contains(code);

    /// <summary>Whether another node that counts has the code for instances of this version.</summary>
    public bool SharesCode(string code, string? version) =>
        _neighbours.LivingVersions[code].Any(v => v.Takes(version));

    /// <summary>
    /// The code of another node that runs instances of this version, as that node tells it: rather one that counts.
    /// Null when none has it.
    /// </summary>
    public string? CodeElsewhere(string code, string? version)
    {
        foreach (ILookup<string, VersionRange> versions in new[] { _neighbours.LivingVersions, _neighbours.Versions })
        {
            foreach (VersionRange some in versions[code])
            {
                if (some.Takes(version))
                    return CodeNames.In(code, some);
            }
        }
        return null;
    }

    /// <summary>The newest version of instances that other nodes run with the code; null for none.</summary>
    public string? NewestElsewhere(string code) =>
        _neighbours.Versions[code].Select(v => v.Version).Max(VersionOrder.Instance);

    /// <summary>Whether anybody that counts, this node among them, takes what is offered to this code.</summary>
    public bool IsTaken(string code) =>
        _neighbours.LivingFunctions.Contains(code) || _node.Functions.Offered.Contains(code);

    /// <summary>How many nodes can own something.</summary>
    public int Runners => _neighbours.Runners;

    /// <summary>Whether another node can own something.</summary>
    public bool HasOthers => _neighbours.HasRunners;

    /// <summary>
    /// Whether the node must let go of everything, also when its timers have not told it yet: a process that stood
    /// still for long finds what it was about to do before it finds that it is too late for it.
    /// </summary>
    public bool IsOver => _isShared
        && _node.Time.GetElapsedTime(Volatile.Read(ref _askedAt)) >= _node.Settings.Lease * SafePart;

    /// <summary>Whether others count on this node: it may claim their work.</summary>
    public bool IsCurrent => _isShared && !IsOver;

    /// <summary>A round is due: something was lost, released, or has to be opened again.</summary>
    public void Wake()
    {
        lock (_gate)
            _woken.TrySetResult();
    }

    /// <summary>The first round: when it ends, the node serves.</summary>
    /// <exception cref="StoreException">The store cannot be asked.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => RoundAsync(isFirst: true, cancellationToken);

    /// <summary>Runs until the node stops.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await NextAsync(cancellationToken);
                try
                {
                    await RoundAsync(isFirst: false, cancellationToken);
                }
                catch (StoreException e) when (e.EndsNode)
                {
                    _node.Abandon(e);
                    return;
                }
                catch (StoreException e)
                {
                    _node.Logger.RoundFailed(e);
                    await AgainAsync(cancellationToken);
                }
#pragma warning disable CA1031 // Whatever it was: a node that does not renew its lease any more is as good as dead.
                catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
                {
                    _node.Logger.RoundBroken(e);
                    await AgainAsync(cancellationToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private Task AgainAsync(CancellationToken cancellationToken)
    {
        Wake();
        return Task.Delay(Partition.ReopenPause, _node.Time, cancellationToken);
    }

    /// <summary>The node counts no more from now on, instead of when its lease runs out.</summary>
    public async Task EndAsync()
    {
        if (!_isShared)
            return;
        try
        {
            await _node.Store.RenewAsync(
                TimeSpan.Zero, runs: false, _node.Functions.Offered, CancellationToken.None);
        }
        catch (StoreException e)
        {
            _node.Logger.RoundFailed(e);
        }
    }

    public void Dispose() => _expiry.Dispose();

    private async Task NextAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            _awaited ??= _woken.Task.Here();
        // When nothing happens the lease is renewed all the same.
        TimeSpan most = _isShared ? UntilNext() : Timeout.InfiniteTimeSpan;
        if (!await _awaited.EndsWithinAsync(most, _node.Time, cancellationToken))
            return;
        lock (_gate)
            (_woken, _awaited) = (NewSignal(), null);
    }

    /// <summary>
    /// A third of a lease, or less when the lease of a neighbour runs out before: it has missed its rounds, and what it
    /// leaves should not wait for the next one of this node as well.
    /// </summary>
    private TimeSpan UntilNext()
    {
        TimeSpan next = _node.Settings.Lease / RoundsPerLease;
        if (_neighbours.UntilFirstEnds is not { } ends)
            return next;
        TimeSpan left = ends - _node.Time.GetElapsedTime(_heardAt);
        left = (left > TimeSpan.Zero ? left : TimeSpan.Zero) + s_afterEnd;
        return left < next ? left : next;
    }

    private async Task RoundAsync(bool isFirst, CancellationToken cancellationToken)
    {
        // The lease runs from before the question: the answer may have taken long.
        long asked = _node.Time.GetTimestamp();
        ClusterView view = await _node.Store.RenewAsync(
            _node.Settings.Lease, _node.Runs, _node.Functions.Offered, cancellationToken);
        _heardAt = _node.Time.GetTimestamp();
        // The timer is late, as after standing still: what is renewed now was nobody's for a while.
        if (IsOver)
            OnExpired();
        Volatile.Write(ref _askedAt, asked);
        _isShared = view.Nodes.Single(n => n.Node == _node.Number).Expires < long.MaxValue;
        if (_isShared)
        {
            _node.HeardTime(view.Now, asked);
            TimeSpan left = (_node.Settings.Lease * SafePart) - _node.Time.GetElapsedTime(asked);
            _expiry.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
        Neighbours before = _neighbours;
        _neighbours = new Neighbours(view, _node.Number);
        Rounds++;
        if (!_neighbours.Functions.IsSubsetOf(before.Functions))
            _node.WakeCodeless();
        foreach (PartitionLease lease in view.Partitions)
            _node.Partition(lease.Partition).Compare(lease);
        // A node that stops keeps what it has until it is done, and takes nothing; nor does one that was answered so
        // late that its lease is as good as over.
        if (_node.IsStopping || IsOver)
            return;

        ShareDecision decision = FairShare.Decide(view, _node.Number);
        foreach (PartitionLease released in decision.Release)
            _node.HandOver(released);
        IEnumerable<PartitionLease> lost = view.Partitions
            .Where(p => p.Owner == _node.Number && _node.Partition(p.Partition).IsUnopened
                && !decision.Release.Contains(p));
        int partitions = _node.Partitions;
        foreach (PartitionLease lease in lost.Concat(decision.Take)
            .OrderBy(p => (p.Partition + partitions - _lastTried - 1) % partitions).ToArray())
        {
            // Taking many may last longer than the lease, which counts from the question: it is renewed in between.
            if (_isShared && _node.Time.GetElapsedTime(asked) > _node.Settings.Lease / RoundsPerLease)
            {
                Wake();
                break;
            }
            _lastTried = lease.Partition;
            if (await TakeAsync(lease, isFirst, cancellationToken))
                _node.RecoverTaken(lease.Partition);
            else
                Wake();
        }
        if (_isShared)
            await LookAroundAsync(view, cancellationToken);
    }

    /// <summary>In case an announcement was not heard, or a claimant has died.</summary>
    private async Task LookAroundAsync(ClusterView view, CancellationToken cancellationToken)
    {
        foreach (PartitionLease lease in view.Partitions)
        {
            if (lease.HasMessages)
                _node.Partition(lease.Partition).ReadNewSoon();
            await _node.Partition(lease.Partition).CheckOffersAsync(cancellationToken);
        }
        _node.Circuits.LookAround();
        await _node.Claims.CheckAsync(cancellationToken);
        if (view.HasOffers)
            _node.Claims.Hear();
    }

    /// <summary>What cannot be read keeps one partition shut and not the others; only a start fails for it.</summary>
    private async Task<bool> TakeAsync(PartitionLease lease, bool isFirst, CancellationToken cancellationToken)
    {
        try
        {
            return await _node.Partition(lease.Partition).TakeAsync(lease.Epoch, cancellationToken);
        }
        catch (Exception e) when (!isFirst && (e is StoreException or FormatException))
        {
            _node.Logger.ReopenFailed(lease.Partition, e);
            await Task.Delay(Partition.ReopenPause, _node.Time, cancellationToken);
            return false;
        }
    }

    /// <summary>
    /// The lease could not be renewed: another node may take the partitions in a moment, and run what runs here. What
    /// this node still sent would be fenced; it stops before.
    /// </summary>
    private void OnExpired()
    {
        if (_node.Owned > 0)
            _node.Logger.LeaseExpired(_node.Number);
        for (int i = 0; i < _node.Partitions; i++)
            _node.Partition(i).Lose();
        _node.Claims.Lose();
        Wake();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
