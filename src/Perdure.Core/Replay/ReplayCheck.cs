using Perdure.Core.History;
using Perdure.Core.Orchestrations;

namespace Perdure.Core.Replay;

/// <summary>
/// Compares what replayed code asks for with what the history says it asked for. Kind, order and name count, names
/// without regard to case; inputs and due times do not, because they are read from the history and not from the code.
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
            actual.Add(new Step("end", null));
        for (int i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            Step? there = i < expected.Count ? expected[i] : null;
            Step? here = i < actual.Count ? actual[i] : null;
            if (there is null || here is null || !there.Fits(here))
                return new ReplayDifference(run.Turn, i, there?.Text, here?.Text);
        }
        return null;
    }

    private sealed record Step(string Kind, string? Name)
    {
        public string Text => Name is null ? Kind : $"{Kind} '{Name}'";

        public bool Fits(Step other) =>
            Kind == other.Kind && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

        public static Step Of(HistoryEvent e) => e switch
        {
            HistoryEvent.TaskScheduled x => new Step("activity", x.Name),
            HistoryEvent.TimerCreated x => new Step("timer", null),
            HistoryEvent.TimerCanceled x => new Step("cancelled timer", null),
            HistoryEvent.SubOrchestrationInstanceCreated x => new Step("sub-orchestration", x.Name),
            _ => new Step("end", null),
        };

        public static Step Of(OrchestratorAction action) => action switch
        {
            OrchestratorAction.ScheduleTask x => new Step("activity", x.Name),
            OrchestratorAction.CreateTimer x => new Step("timer", null),
            OrchestratorAction.CancelTimer x => new Step("cancelled timer", null),
            OrchestratorAction.StartChild x => new Step("sub-orchestration", x.Name),
            _ => new Step(action.GetType().Name, null),
        };
    }
}

/// <summary>Where code and history part. Null on a side: nothing was asked for there.</summary>
internal sealed record ReplayDifference(int Turn, int Position, string? Expected, string? Actual)
{
    public string Describe(string orchestration, string instanceId) =>
        $"Orchestrator '{orchestration}', instance '{instanceId}': in turn {Turn}, at position {Position}, the "
        + "history holds "
        + $"{Expected ?? "nothing more"} but the code now asks for {Actual ?? "nothing more"}. "
        + "The code changed under a running instance, or it is not deterministic (clock, random numbers, I/O, static "
        + "state). "
        + "Deploy the code that this instance was started with, or give the changed orchestrator a new version.";
}
