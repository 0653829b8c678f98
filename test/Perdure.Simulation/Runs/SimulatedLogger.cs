using Microsoft.Extensions.Logging;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Runs;

/// <summary>
/// Hears what the runtime says of itself: rare events are counted, and what should never be said is a violation.
/// </summary>
internal sealed class SimulatedLogger(Simulation simulation, SimulatedProcess process) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= (simulation.IsTracing ? LogLevel.Debug : LogLevel.Warning);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        switch (eventId.Id)
        {
            case 6: simulation.Counters.Add(Rare.LeaseExpired); break;
            case 9: simulation.Violate($"A round of the leases broke: {exception}"); break;
            case 12: simulation.Counters.Add(Rare.Reopened); break;
            case 15: simulation.Counters.Add(Rare.CarefulMode); break;
            case 22: simulation.Violate($"The executor failed: {exception}"); break;
            case 25: simulation.Violate($"A session could not be disposed of: {exception}"); break;
        }
        if (simulation.IsTracing)
            simulation.Trace(
                $"[{process.Number}] {logLevel}: {formatter(state, exception)} {exception?.GetType().Name} "
                + $"{exception?.Message}");
    }
}
