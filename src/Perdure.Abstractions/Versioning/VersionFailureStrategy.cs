namespace Perdure;

/// <summary>What becomes of an instance whose version no program of the hub runs.</summary>
public enum VersionFailureStrategy
{
    /// <summary>
    /// It waits, without using anything, for a program that runs its version: the default. Its status and
    /// <see cref="IDurableOrchestrationClient.ExplainAsync"/> show it.
    /// </summary>
    Reject,

    /// <summary>It fails, with the error type <c>VersionMismatch</c>.</summary>
    Fail,
}
