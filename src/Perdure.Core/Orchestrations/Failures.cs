using Perdure.Core.History;
using Perdure.Core.Versioning;

namespace Perdure.Core.Orchestrations;

/// <summary>Failures that the engine itself reports, as data like any other failure.</summary>
internal static class Failures
{
    public const string OrchestratorNotFound = "Perdure.OrchestratorNotFound";
    public const string ActivityNotFound = "Perdure.ActivityNotFound";
    public const string EntityNotFound = "Perdure.EntityNotFound";
    public const string OrchestrationTerminated = "Perdure.OrchestrationTerminated";
    public const string LimitExceeded = "Perdure.LimitExceeded";
    public const string RefusedByStore = "Perdure.RefusedByStore";
    public const string Poison = "Perdure.Poison";

    /// <summary>As in the other systems that have versions, and without the prefix for that reason.</summary>
    public const string WrongVersion = "VersionMismatch";

    public const string RewindRefused = "Perdure.RewindRefused";

    /// <summary>Why a failed orchestration cannot be rewound, for whoever asked.</summary>
    public const string BoundToEntities =
        "at the point to which it would go back, its code was in a critical section or waited for the answer of an "
        + "entity; its locks are released, and an operation may not be done twice";

    /// <summary>The failure without what is nested deeper than <paramref name="depth"/>.</summary>
    public static FailureDetails Bounded(FailureDetails failure, int depth)
    {
        if (failure.InnerFailure is not { } inner)
            return failure;
        FailureDetails? bounded = depth <= 1 ? null : Bounded(inner, depth - 1);
        return ReferenceEquals(bounded, inner) ? failure : failure with { InnerFailure = bounded };
    }

    public static FailureDetails NoSuchOrchestrator(string name) => new(OrchestratorNotFound,
        $"There is no orchestrator function '{name}' in this program. Check the name, or register the assembly that "
        + "holds it.");

    public static FailureDetails VersionMismatch(string name, string? version, string? program) => new(
        WrongVersion,
        $"'{name}' is to run for an instance with {VersionText.Describe(version)}, which this program, {Of(program)}, "
        + "does not run. Deploy a program that does, or set Perdure:Versioning:FailureStrategy to Reject to let such "
        + "instances wait for one.");

    private static string Of(string? program) =>
        program is null ? "which has no version itself" : $"of version {program}";

    public static FailureDetails NoSuchActivity(string name) => new(ActivityNotFound,
        $"There is no activity function '{name}' in this program. Check the name, or register the assembly that holds "
        + "it.");

    public static FailureDetails NoSuchEntity(string name) => new(EntityNotFound,
        $"There is no entity function '{name}' in this program. Check the name, or register the assembly that holds "
        + "it.");

    public static FailureDetails OverLimit(string what) => new(LimitExceeded, $"The orchestration {what}.");

    public static FailureDetails Terminated(string instanceId, Payload reason) => new(OrchestrationTerminated,
        reason.IsNone
            ? $"The sub-orchestration '{instanceId}' was terminated."
            : $"The sub-orchestration '{instanceId}' was terminated: {reason}");

    public static FailureDetails NotRewound(string instanceId) => new(RewindRefused,
        $"The sub-orchestration '{instanceId}' failed and cannot be rewound: {BoundToEntities}. Restart it instead.");

    public static FailureDetails PoisonWork(string what, int deaths) => new(Poison,
        $"The process died {deaths} times while it ran {what}; it is not run again. Find out from the log what kills "
        + "the process, then start the work anew.");
}
