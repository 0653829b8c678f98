using Microsoft.Extensions.Logging;
using Perdure.AspNetCore.Telemetry;

namespace Perdure.AspNetCore.Hosting;

/// <summary>
/// Whether this host starts orchestrations and calls functions over HTTP. A draining host finishes what it has; whoever
/// routes requests sees it as not ready.
/// </summary>
internal sealed class Drain(ILogger logger)
{
    private int _isOn;
    private int _calls;

    public bool IsOn => Volatile.Read(ref _isOn) == 1;

    /// <summary>How many requests functions are answering now.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>
    /// Counts a request that a function answers, until <see cref="Leave"/>; false when the host drains. It counts
    /// before it looks again, so that a draining host without calls has none that is about to begin.
    /// </summary>
    public bool TryEnter()
    {
        if (IsOn)
            return false;
        Interlocked.Increment(ref _calls);
        if (!IsOn)
            return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _calls);

    public void Begin(string? caller)
    {
        if (Interlocked.Exchange(ref _isOn, 1) == 0)
            logger.Draining(caller);
    }

    public void End(string? caller)
    {
        if (Interlocked.Exchange(ref _isOn, 0) == 1)
            logger.DrainEnded(caller);
    }
}
