using Perdure.Core.Orchestrations;
using Perdure.Functions;

namespace Perdure.Execution;

/// <summary>Runs the orchestrator functions of this process.</summary>
internal sealed class InProcessExecutor(FunctionRegistry functions, SessionServices services) : IOrchestrationExecutor
{
    public bool Offers(string orchestration, string? version) => functions.FindOrchestration(orchestration) is not null;

    public IOrchestrationSession Open(OrchestrationState state, Action<IOrchestrationSession> wake)
    {
        OrchestrationFunction function = functions.FindOrchestration(state.Name)
            ?? throw new InvalidOperationException($"There is no orchestrator function '{state.Name}'; a session for it must not be opened.");
        return new OrchestrationSession(function, state, services, wake);
    }
}
