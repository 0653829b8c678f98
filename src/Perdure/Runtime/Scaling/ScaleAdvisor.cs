using Perdure.Core.Scaling;
using Perdure.Core.Stores;
using Perdure.Core.Usage;

namespace Perdure.Runtime.Scaling;

/// <summary>
/// Recommends how many nodes the hub should have, from what the store holds. It looks when it is asked, and learns from
/// one time to the next how fast work comes and goes.
/// </summary>
internal sealed class ScaleAdvisor(Node node, ScaleOptions options) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly ScaleRules _rules = new(options.DrainTarget, options.MaxInstances);
    private readonly Dictionary<string, (FunctionLoad Load, LearntRates? Rates)> _known =
        new(StringComparer.OrdinalIgnoreCase);

    private ScaleDamping? _damping;
    private (long At, ScaleAdvice Advice)? _last;
    private long _from;

    /// <exception cref="StoreException">The store cannot be read.</exception>
    /// <exception cref="InvalidOperationException">The host has not started, or has stopped.</exception>
    public async Task<ScaleAdvice> AdviseAsync(CancellationToken cancellationToken)
    {
        IStore store = node.OpenStore;
        await _one.WaitAsync(cancellationToken);
        try
        {
            long now = node.Now;
            // Somebody who asks for each function by itself gets one look at the store.
            if (_last is { } last && now - last.At < LearntRates.IntervalMinMs && now >= last.At)
                return last.Advice;
            if (_damping is null)
                (_damping, _from) = (new ScaleDamping(options.ScaleInAfter, now), UsageKey.MinuteOf(now));
            int current = Math.Max(1, node.Leases.Runners);
            LoadReader reader = new(node, store, now, _from);
            List<FunctionDemand> demands = [];
            foreach (FunctionLoad load in await reader.ReadAsync(cancellationToken))
                demands.Add(_rules.Of(load, Learn(load, current), current));
            ScaleAdvice advice = _damping.Advise(now, current, demands);
            _last = (now, advice);
            return advice;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private LearntRates? Learn(FunctionLoad load, int current)
    {
        LearntRates? rates = null;
        if (_known.TryGetValue(load.Name, out (FunctionLoad Load, LearntRates? Rates) before))
        {
            rates = before.Rates;
            if (load.At - before.Load.At < LearntRates.IntervalMinMs)
                return rates;
            rates = LearntRates.Learn(rates, before.Load, load, current);
        }
        _known[load.Name] = (load, rates);
        return rates;
    }
}
