namespace Perdure;

/// <summary>
/// An orchestration cannot be started because one with this id is alive. Wait for its end, terminate it, or use another
/// id.
/// </summary>
public sealed class OrchestrationAlreadyExistsException : Exception
{
    /// <summary>For the engine, and for tests of code that handles it.</summary>
    /// <param name="instanceId">The id that is taken.</param>
    /// <param name="status">The status of the instance that has it.</param>
    public OrchestrationAlreadyExistsException(string instanceId, OrchestrationRuntimeStatus status)
        : base($"An orchestration with the id '{instanceId}' exists and is {status}. "
            + "Wait for its end, terminate it, or use another id.")
    {
        InstanceId = instanceId;
        Status = status;
    }

    /// <summary>The id that is taken.</summary>
    public string InstanceId { get; }

    /// <summary>The status of the instance that has it, at the moment of the refusal.</summary>
    public OrchestrationRuntimeStatus Status { get; }
}
