using Perdure.Core.Orchestrations;
using Perdure.Execution;
using Perdure.Functions;

namespace Perdure.Runtime.Offers;

/// <summary>
/// Ends an instance that no node runs because of its version, where the program is set up to fail it.
/// </summary>
internal sealed class MismatchSession(ProgramVersion program, OrchestrationState state) : IOrchestrationSession
{
    public IReadOnlyCollection<string> EventsAwaited => [];

    public ValueTask<CodeResult> RunAsync(RunRequest request) => ValueTask.FromResult<CodeResult>(
        new CodeResult.Stopped(Failures.VersionMismatch(state.Name, state.Version, program.Version), Park: false));

    public void Abandon()
    {
        // There is nothing to let go of.
    }
}
