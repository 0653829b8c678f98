using Microsoft.Extensions.Logging;
using Perdure.AspNetCore.Telemetry;

namespace Perdure.AspNetCore.Hosting;

/// <summary>
/// Whether this host takes new orchestrations over HTTP. A draining host finishes what it has; whoever routes requests
/// sees it as not ready.
/// </summary>
internal sealed class Drain(ILogger logger)
{
    private int _isOn;

    public bool IsOn => Volatile.Read(ref _isOn) == 1;

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
