namespace Perdure.Core.Orchestrations;

/// <summary>
/// The trace context of what an orchestration starts, as W3C writes it: the trace of its starter, and its own span,
/// whose id is the second half of the execution id. So nothing needs to be stored, and every process finds the same.
/// </summary>
internal static class TraceParents
{
    private const int TraceEnd = 35;

    /// <summary>Null when whoever started the orchestration was not traced.</summary>
    public static string? Below(OrchestrationState state) =>
        state is { TraceParent: { Length: 55 } parent, ExecutionId.Length: 32 }
            ? $"{parent.AsSpan(0, TraceEnd)}-{state.ExecutionId.AsSpan(16)}-{parent.AsSpan(53)}"
            : state.TraceParent;

    /// <summary>
    /// The span of a task that the orchestration asks an entity for; null where nothing is traced. Its id follows from
    /// execution and task, as that of a child does.
    /// </summary>
    public static string? OfTask(OrchestrationState state, int task) =>
        state is { TraceParent: { Length: 55 } parent, ExecutionId.Length: 32 }
            ? $"{parent.AsSpan(0, TraceEnd)}-{SpanOf(state.ExecutionId, task)}-{parent.AsSpan(53)}"
            : null;

    private static ReadOnlySpan<char> SpanOf(string executionId, int task) =>
        ExecutionIds.Derive(executionId, task).AsSpan(16);
}
