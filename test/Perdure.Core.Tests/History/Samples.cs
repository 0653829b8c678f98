using Perdure.Core.History;
using Perdure.Core.Orchestrations;

namespace Perdure.Core.Tests.History;

/// <summary>
/// One event of each kind with everything that it can hold, and, where that differs, one with nothing of it.
/// </summary>
internal static class Samples
{
    private static readonly FailureDetails Failure =
        new("System.AggregateException", "Zwei \"Fehler\" ü 🚀 \u0000\n", "at Here()\r\n  at There()",
            new FailureDetails("Inner", ""));

    private static readonly Payload Value = Payload.Of("""{"a":[1,2.50,-0e+9],"ü":"\u00fc\\"}""");

    public static readonly HistoryEvent[] Full =
    [
        new HistoryEvent.OrchestratorStarted(1_700_000_000_000),
        new HistoryEvent.ExecutionStarted
        {
            Name = "Hällo", ExecutionId = "00ff", Version = "2.0", Input = Value, StartAt = -5,
                TraceParent = "00-1-2-01",
            Parent = new ParentLink("ordre 1 🚀", "Parent", long.MaxValue, 3, 4),
            Tags = new Dictionary<string, string> { ["b"] = "2", ["a\""] = "", ["Ω"] = "\u2028" },
        },
        new HistoryEvent.TaskCompleted(1, Value),
        new HistoryEvent.TaskFailed(1, Failure),
        new HistoryEvent.SubOrchestrationInstanceCompleted(1, Value),
        new HistoryEvent.SubOrchestrationInstanceFailed(1, Failure),
        new HistoryEvent.TimerFired(TaskOfDelayedStart),
        new HistoryEvent.EventRaised("Go", Value),
        new HistoryEvent.EntityOperationCompleted(1, Value),
        new HistoryEvent.EntityOperationFailed(1, Failure),
        new HistoryEvent.EntityLockGranted(1, "@counter@ü 🚀", true),
        new HistoryEvent.ExecutionSuspended("because") { Author = "Ada \"1\" 🚀" },
        new HistoryEvent.ExecutionResumed("because") { Author = "Ada \"1\" 🚀" },
        new HistoryEvent.ExecutionTerminated("because") { Author = "Ada \"1\" 🚀" },
        new HistoryEvent.TaskScheduled(7, "Work", Value) { Attempt = 3, FirstTask = 5 },
        new HistoryEvent.TimerCreated(1, long.MaxValue) { Number = long.MaxValue },
        new HistoryEvent.TimerCanceled(int.MaxValue),
        new HistoryEvent.SubOrchestrationInstanceCreated(
            4, "Child", "child 1", Value) { Version = "1", VersionNamed = true, Detached = true, FirstTask = 2 },
        new HistoryEvent.EntityOperationCalled(1, "@counter@a", "Add \"1\"", Value),
        new HistoryEvent.EntityOperationSignaled(1, "@counter@a", "add", Value) { DueAt = -5 },
        new HistoryEvent.EntityLockRequested(1, ["@counter@", "@counter@\u2028", "@größe@🚀"]),
        new HistoryEvent.EntityUnlockSent(int.MaxValue),
        new HistoryEvent.CustomStatusSet(Value),
        new HistoryEvent.ExecutionCompleted(InstanceStatus.Failed, Value, Failure),
        new HistoryEvent.ExecutionParked("because"),
        new HistoryEvent.ExecutionRewound("because", 2, 3, int.MaxValue, [1, 2]) { Author = "Ada", Anew = true },
    ];

    public static readonly HistoryEvent[] Bare =
    [
        new HistoryEvent.ExecutionStarted { Name = "", ExecutionId = "" },
        new HistoryEvent.TaskCompleted(0, default),
        new HistoryEvent.SubOrchestrationInstanceCompleted(0, Payload.Of("null")),
        new HistoryEvent.EventRaised("", default),
        new HistoryEvent.ExecutionSuspended(null),
        new HistoryEvent.ExecutionResumed(null),
        new HistoryEvent.ExecutionTerminated(""),
        new HistoryEvent.TaskScheduled(0, "", default),
        new HistoryEvent.TaskScheduled(5, "Work", default) { FirstTask = 0 },
        new HistoryEvent.TimerCreated(0, 0),
        new HistoryEvent.SubOrchestrationInstanceCreated(0, "", "", default),
        new HistoryEvent.EntityOperationCompleted(0, default),
        new HistoryEvent.EntityLockGranted(0, "", false),
        new HistoryEvent.EntityOperationCalled(0, "", "", default),
        new HistoryEvent.EntityOperationSignaled(0, "", "", default),
        new HistoryEvent.CustomStatusSet(default),
        new HistoryEvent.ExecutionCompleted(InstanceStatus.Running, default, null),
        new HistoryEvent.ExecutionCompleted(InstanceStatus.Pending, default, null),
        new HistoryEvent.ExecutionCompleted(InstanceStatus.Terminated, default, null),
        new HistoryEvent.ExecutionCompleted(InstanceStatus.Completed, default, null),
    ];

    /// <summary>JSON texts that a careless engine changes, escapes or refuses.</summary>
    public static readonly string[] Hostile =
    [
        """ "\u0000\u001f\u007f" """.Trim(), """ "\ud83d\ude80 🚀 \uD83D" """.Trim(), "\"</script>&'+\"", "\"\u2028\u2029\u00ad\"",
        "123456789012345678901234567890.12345678901234567890e-400", "-0", "1E400", "0.10", "true", "null", "\"\"", "{}",
        "[]",
        """{"type":"ExecutionCompleted","task":1,"a":1,"a":2}""", "{\"a\" : 1 ,\n\t\"b\":[ ]}",
        new string('[', 60) + new string(']', 60),
        string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "1" + new string('}', 60),
        "\"" + new string('ü', 100_000) + "\"",
    ];

    private const int TaskOfDelayedStart = -1;
}
