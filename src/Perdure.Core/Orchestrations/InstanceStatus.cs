namespace Perdure.Core.Orchestrations;

/// <summary>
/// The status of an instance as the store keeps it; the numbers are those of Durable Functions' runtime status and are
/// part of the stored format.
/// </summary>
internal enum InstanceStatus
{
    Running = 0,
    Completed = 1,
    Failed = 3,
    Terminated = 5,
    Pending = 6,
}

/// <summary>Why the core records what arrives for an instance but does not run it; part of the stored format.</summary>
internal enum Held
{
    No = 0,

    /// <summary>A start with a delay whose time has not come.</summary>
    Scheduled = 1,

    /// <summary>Suspended by a client.</summary>
    Suspended = 2,

    /// <summary>
    /// Stopped by the engine with a reason (non-determinism, poison, refused data) until somebody resumes it.
    /// </summary>
    Parked = 3,
}

internal static class InstanceStatusExtensions
{
    extension(InstanceStatus status)
    {
        public bool IsTerminal =>
            status is InstanceStatus.Completed or InstanceStatus.Failed or InstanceStatus.Terminated;
    }
}
