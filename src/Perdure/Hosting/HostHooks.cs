using Perdure.Functions;
using Perdure.Json;
using Perdure.Runtime;

namespace Perdure.Hosting;

/// <summary>
/// What the testing kit puts in the place of parts of a host. No other program registers it.
/// </summary>
/// <param name="Scheduler">What starts work.</param>
/// <param name="Time">The time of the runtime; functions get the one of the services.</param>
internal sealed record HostHooks(WorkScheduler Scheduler, TimeProvider Time)
{
    public Func<RuntimeSettings, RuntimeSettings> Settings { get; init; } = static settings => settings;

    public Func<FunctionRegistry, PayloadSerializer, FunctionRegistry> Functions { get; init; } =
        static (functions, _) => functions;
}
