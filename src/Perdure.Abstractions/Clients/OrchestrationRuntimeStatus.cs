namespace Perdure;

#pragma warning disable CA1720 // Names and numbers are those of Durable Functions.
/// <summary>How far an orchestration is. Names and numbers are those of Durable Functions.</summary>
public enum OrchestrationRuntimeStatus
{
    /// <summary>Not known; never stored.</summary>
    Unknown = -1,

    /// <summary>It is running, or waiting for something that it awaits.</summary>
    Running = 0,

    /// <summary>It has returned.</summary>
    Completed = 1,

    /// <summary>It is starting afresh; such an instance is reported as <see cref="Running"/>.</summary>
    ContinuedAsNew = 2,

    /// <summary>It has thrown.</summary>
    Failed = 3,

    /// <summary>Never reported; it exists in Durable Functions.</summary>
    Canceled = 4,

    /// <summary>A client has ended it.</summary>
    Terminated = 5,

    /// <summary>It was started and has not run yet.</summary>
    Pending = 6,

    /// <summary>
    /// It does not run until somebody resumes it: a client suspended it, or the engine parked it for a reason that its
    /// status tells.
    /// </summary>
    Suspended = 7,
}
