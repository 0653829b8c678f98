using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Simulation.Runs;

namespace Perdure.Simulation.Checking;

/// <summary>How a life ends, and who has to be told.</summary>
internal sealed partial class Ledger
{
    /// <summary>By a client, or with the parent that a client has terminated with all its children.</summary>
    private void Terminate(Life life, string? reason, TurnFacts facts)
    {
        simulation.Counters.Add(Rare.Terminated);
        life.TerminatedBy.Add(reason);
        bool isRecursive = reason?.StartsWith(Workload.Clients.TerminateAll, StringComparison.Ordinal) ?? false;
        if (isRecursive)
            facts.ToTerminate = [.. life.Open.Values.Select(t => t.Child?.InstanceId).OfType<string>()];
        bool withParent = isRecursive && life.Parent is { } link && _lives.TryGetValue(link.Key, out Life? parent)
            && parent.TerminatedBy.Contains(reason);
        if (withParent)
            simulation.Counters.Add(Rare.TerminatedWithParent);
        else
            Said(life, reason, facts);
    }

    private void CheckChildrenTerminated(Life life, TurnRows rows, TurnFacts facts)
    {
        foreach (string child in facts.ToTerminate)
        {
            bool told = rows.InsertMessages?.Any(m => m.Target == child && MessageCodec.Decode(m)
                is Message.Terminate { Recursive: true, OfParent: { } parent } && parent.Key == life.Key) ?? false;
            if (!told)
                Violate($"'{life.Id}' was terminated with its children, and '{child}' was not told.");
        }
    }

    private void End(Life life, HistoryEvent.ExecutionCompleted completed, TurnFacts facts)
    {
        if (life.Locks is { Awaited: null })
            simulation.Counters.Add(Rare.EndedInSection);
        LetGo(life, facts);
        life.Finish(completed, Now);
        life.Open.Clear();
        life.Unfed = 0;
        (life.Suspended, life.Parked, life.StartAt) = (false, false, null);
        if (completed.Failure is { ErrorType: "System.InvalidOperationException" } failure
            && failure.ErrorMessage.Contains("left its turn", StringComparison.Ordinal))
            simulation.Counters.Add(Rare.ForeignAwait);
        if (completed.Failure is { ErrorType: "Perdure.NonDeterministicOrchestrationException" } different)
            Violate($"'{life.Id}': {different.ErrorMessage}");
    }
}
