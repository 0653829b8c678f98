using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Orchestrations;
using Perdure.Core.Replay;
using Perdure.Core.Stores;
using Perdure.Core.Versioning;
using Perdure.Execution;

namespace Perdure.Clients;

/// <summary>
/// Why an instance waits: the fold of its history, and a replay that shows which events its code awaits.
/// </summary>
internal sealed partial class DurableClient
{
    public async Task<string?> ExplainAsync(string instanceId, CancellationToken cancellationToken = default)
    {
        CheckedId(instanceId);
        IStore store = node.OpenStore;
        ExecutionKey? before = null;
        while (true)
        {
            InstanceRow row = await store.ReadInstanceAsync(instanceId, cancellationToken)
                ?? throw NotFound(instanceId);
            if (row.Status.IsTerminal)
                return null;
            ExecutionKey execution = new(row.Key, row.Generation);
            List<StoredTurn> turns =
                HistoryReader.ReadTurns(await store.ReadHistoryAsync(execution, cancellationToken));
            if (turns.Count > 0)
                return await ExplainAsync(OrchestrationState.Load(row, turns), turns, cancellationToken);
            if (before == execution)
                throw new FormatException($"The history of '{instanceId}' is missing. Restore a backup.");
            // The instance went on to its next generation between the two reads.
            before = execution;
        }
    }

    private async Task<string?> ExplainAsync(
        OrchestrationState state, List<StoredTurn> turns, CancellationToken cancellationToken)
    {
        bool isHere = node.ExecutorHere.Offers(state.Name, state.Version);
        (IReadOnlyCollection<string> events, string? problem) =
            isHere && state is { Held: Held.No, Recorded: null, Ended: false }
                ? await ReplayAsync(state, turns)
                : ([], null);
        Dictionary<string, string> lockedBy = [];
        foreach (string entity in WaitReason.Entities(state).Take(WaitReason.NamedMax))
        {
            EntityRow? locked = await node.OpenStore.ReadEntityAsync(entity, cancellationToken);
            if (locked?.Holder is { } holder)
                lockedBy.Add(entity, holder.InstanceId);
        }
        CodeInsight code = new(
            isHere || IsElsewhere(CodeNames.Orchestration(state.Name)) ? null : MissingCode(state),
            name => functions.ActivityFor(name, state.Version) is not null || IsElsewhere(CodeNames.Activity(name)),
            events, lockedBy, problem);
        return WaitReason.Of(state, turns, code);

        bool IsElsewhere(string function) => node.Leases.CodeElsewhere(function, state.Version) is not null;
    }

    private string MissingCode(OrchestrationState state)
    {
        if (!node.Executor.Knows(state.Name))
            return $"No program of the hub has the orchestrator function '{state.Name}'. Register it, or terminate the "
                + "instance.";
        string program = functions.Program.Version is { } version ? $"the version '{version}'" : "no version";
        return $"It has {VersionText.Describe(state.Version)}, and no program of the hub runs instances of "
            + $"'{state.Name}' of that; this program has {program}. Deploy one that does, or terminate the instance.";
    }

    /// <summary>A session of its own, which runs to where the history ends and is thrown away.</summary>
    private async Task<(IReadOnlyCollection<string> Events, string? Problem)> ReplayAsync(
        OrchestrationState state, List<StoredTurn> turns)
    {
        IOrchestrationSession session = node.ExecutorHere.Open(state, static _ => { });
        try
        {
            CodeResult result = await session.RunAsync(new RunRequest(state.LastAt, [], RecordedRun.Of(turns)));
            return result is CodeResult.Stopped stopped
                ? ([], stopped.Failure.ErrorMessage)
                : ([.. session.EventsAwaited], null);
        }
        finally
        {
            session.Abandon();
        }
    }
}
