using Perdure.Core.History;
using Perdure.Core.Orchestrations;

namespace Perdure.Core.Replay;

/// <summary>
/// Compares what replayed code asks for with what the history says it asked for. Kind, order and name count, names
/// without regard to case, and entities exactly, because what is recorded of one says nothing about another; inputs and
/// due times do not count, because they are read from the history and not from the code.
/// Unlike Durable Functions it also sees what is asked for in addition, and what is missing at the end of a run.
/// </summary>
internal static class ReplayCheck
{
    /// <summary>The first difference, or null.</summary>
    public static ReplayDifference? Compare(
        RecordedRun run, IReadOnlyList<OrchestratorAction> asked, Completion? completion)
    {
        List<Step> expected = [.. run.Asked.Select(Step.Of)];
        List<Step> actual = [.. asked.Where(a => a is not OrchestratorAction.SetCustomStatus).Select(Step.Of)];
        if (completion is not null)
            actual.Add(new Step("end"));
        for (int i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            Step? there = i < expected.Count ? expected[i] : null;
            Step? here = i < actual.Count ? actual[i] : null;
            if (there is null || here is null || !there.Fits(here))
                return new ReplayDifference(run.Turn, i, there?.Text, here?.Text)
                {
                    Thrown = (completion as Completion.Failed)?.Failure,
                };
        }
        return null;
    }

    /// <summary>One thing that is asked for.</summary>
    /// <param name="Name">Compared without regard to case.</param>
    /// <param name="Target">Compared exactly.</param>
    private sealed record Step(string Kind, string? Name = null, string? Target = null)
    {
        public string Text => (Name, Target) switch
        {
            (null, null) => Kind,
            (null, _) => $"{Kind} of {Target}",
            (_, null) => $"{Kind} '{Name}'",
            _ => $"{Kind} '{Name}' of '{Target}'",
        };

        public bool Fits(Step other) => Kind == other.Kind && Target == other.Target
            && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

        public static Step Of(HistoryEvent e) => e switch
        {
            HistoryEvent.TaskScheduled x => new Step("activity", x.Name),
            HistoryEvent.TimerCreated => new Step("timer"),
            HistoryEvent.TimerCanceled => new Step("cancelled timer"),
            HistoryEvent.SubOrchestrationInstanceCreated x => new Step("sub-orchestration", x.Name),
            HistoryEvent.EntityOperationCalled x => new Step("call", x.Operation, x.Entity),
            HistoryEvent.EntityOperationSignaled x => new Step("signal", x.Operation, x.Entity),
            HistoryEvent.EntityLockRequested x => OfLock(x.Entities),
            HistoryEvent.EntityUnlockSent => new Step("release of locks"),
            _ => new Step("end"),
        };

        public static Step Of(OrchestratorAction action) => action switch
        {
            OrchestratorAction.ScheduleTask x => new Step("activity", x.Name),
            OrchestratorAction.CreateTimer => new Step("timer"),
            OrchestratorAction.CancelTimer => new Step("cancelled timer"),
            OrchestratorAction.StartChild x => new Step("sub-orchestration", x.Name),
            OrchestratorAction.CallEntity x => new Step("call", x.Operation, x.EntityId),
            OrchestratorAction.SignalEntity x => new Step("signal", x.Operation, x.EntityId),
            OrchestratorAction.LockEntities x => OfLock(x.EntityIds),
            OrchestratorAction.ReleaseLocks => new Step("release of locks"),
            _ => new Step(action.GetType().Name),
        };

        private static Step OfLock(IReadOnlyList<string> entities) =>
            new("lock", Target: string.Join(", ", entities.Select(e => $"'{e}'")));
    }
}

/// <summary>Where code and history part. Null on a side: nothing was asked for there.</summary>
internal sealed record ReplayDifference(int Turn, int Position, string? Expected, string? Actual)
{
    /// <summary>What the code ended with in the run, if it did not fit because of that.</summary>
    public FailureDetails? Thrown { get; init; }

    public string Describe(string orchestration, string instanceId) =>
        $"Orchestrator '{orchestration}', instance '{instanceId}': in turn {Turn}, at position {Position}, the "
        + "history holds "
        + $"{Expected ?? "nothing more"} but the code now asks for {Actual ?? "nothing more"}{Because}. "
        + "The code changed under a running instance, or it is not deterministic (clock, random numbers, I/O, static "
        + "state). "
        + "Deploy the code that this instance was started with, or give the changed orchestrator a new version.";

    /// <summary>
    /// Code that ends where it used to go on has thrown something: that is what its author looks for.
    /// </summary>
    private string Because => Thrown is null ? "" : $" ({Thrown.ErrorType}: {Thrown.ErrorMessage.TrimEnd('.')})";
}
