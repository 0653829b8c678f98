using System.Text.Json;

namespace Perdure;

/// <summary>
/// One event of the history of an orchestration, as data: names and order are those of Durable Functions. What does not
/// apply to a type of event is null.
/// </summary>
public sealed record DurableHistoryEvent
{
    /// <summary>
    /// What happened: <c>ExecutionStarted</c>, <c>TaskScheduled</c>, <c>TaskCompleted</c>, <c>TimerFired</c> and so on.
    /// </summary>
    public required string EventType { get; init; }

    /// <summary>When it was recorded, in UTC and whole milliseconds.</summary>
    public required DateTime Timestamp { get; init; }

    /// <summary>The turn that wrote it, from 0: one run of the orchestration over what had arrived.</summary>
    public int Turn { get; init; }

    /// <summary>The function or operation that was called, or the event that was raised.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The task (activity, timer, child, call or lock of entities) that the event opens or resolves; numbered from 0
    /// within the execution.
    /// </summary>
    public int? TaskId { get; init; }

    /// <summary>The instance id of a child, or of an entity.</summary>
    public string? InstanceId { get; init; }

    /// <summary>What was handed in; null when there was nothing, or when it was not asked for.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>What came out; null when there was nothing, or when it was not asked for.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>When a timer or a scheduled signal is due, in UTC.</summary>
    public DateTime? FireAt { get; init; }

    /// <summary>The status with which an execution ended.</summary>
    public OrchestrationRuntimeStatus? Status { get; init; }

    /// <summary>Why somebody suspended, resumed or terminated it, or why the engine parked it.</summary>
    public string? Reason { get; init; }

    /// <summary>
    /// Who suspended, resumed, terminated or rewound it, if they said so; see
    /// <see cref="IDurableOrchestrationClient.OnBehalfOf"/>.
    /// </summary>
    public string? Author { get; init; }

    /// <summary>What failed.</summary>
    public FailureDetails? Failure { get; init; }
}
