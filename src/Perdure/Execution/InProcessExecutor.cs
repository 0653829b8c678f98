using Perdure.Core.Orchestrations;
using Perdure.Functions;

namespace Perdure.Execution;

/// <summary>Runs the orchestrator functions of this process.</summary>
internal sealed class InProcessExecutor(FunctionRegistry functions, SessionServices services) : IOrchestrationExecutor
{
    public bool Offers(string orchestration, string? version) =>
        functions.TryGetOrchestration(orchestration, version, out _);

    public bool Knows(string orchestration) => functions.TryGetOrchestration(orchestration, out _);

    public IOrchestrationSession Open(OrchestrationState state, Action<IOrchestrationSession> wake) =>
        new OrchestrationSession(functions, state, services, wake);

    /// <summary>A session for somebody who looks how code and history fit, and lets nothing come of it.</summary>
    public OrchestrationSession OpenToLook(OrchestrationState state) =>
        new(functions, state, services, static _ => { });
}
