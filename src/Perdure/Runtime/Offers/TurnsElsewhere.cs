using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Execution;

namespace Perdure.Runtime.Offers;

/// <summary>
/// Runs orchestrations here if their code is here, and on a node that has it if it is not. One that no node runs
/// because of its version waits, or fails if the program is set up so.
/// </summary>
internal sealed class TurnsElsewhere(IOrchestrationExecutor here, Node node) : IOrchestrationExecutor
{
    public bool Offers(string orchestration, string? version) =>
        here.Offers(orchestration, version) || IsElsewhere(orchestration, version)
        || (node.Functions.Program.FailsOthers && Knows(orchestration));

    public bool Knows(string orchestration) =>
        here.Knows(orchestration) || node.Leases.OffersElsewhere(CodeNames.Orchestration(orchestration));

    /// <summary>Whether only another node has the code.</summary>
    public bool IsElsewhere(string orchestration, string? version) =>
        !here.Offers(orchestration, version)
        && node.Leases.CodeElsewhere(CodeNames.Orchestration(orchestration), version) is not null;

    public IOrchestrationSession Open(OrchestrationState state, Action<IOrchestrationSession> wake) =>
        here.Offers(state.Name, state.Version) ? here.Open(state, wake)
        : IsElsewhere(state.Name, state.Version) ? new RemoteSession(node, state)
        : new MismatchSession(node.Functions.Program, state);
}

/// <summary>
/// The code of an execution runs on other nodes, turn by turn: each run is an offer, and whoever claims it replays the
/// history. So nothing is kept between the runs.
/// </summary>
internal sealed class RemoteSession(Node node, OrchestrationState state) : IOrchestrationSession
{
    public IReadOnlyCollection<string> EventsAwaited => [];

    public ValueTask<CodeResult> RunAsync(RunRequest request)
    {
        OfferedTurn turn = new();
        string code = CodeNames.Orchestration(state.Name);
        node.Partition(state.Partition).Offer(
            state.Id, state.Execution, node.Leases.CodeElsewhere(code, state.Version) ?? code,
            OfferBodies.OfTurn(request.At), turn);
        return new ValueTask<CodeResult>(turn.Result);
    }

    public void Abandon()
    {
        // The offer goes with the execution, or with the partition.
    }
}
