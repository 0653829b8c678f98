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
}
