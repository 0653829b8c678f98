using Microsoft.Extensions.Logging;

namespace Perdure;

/// <summary>What can be built from the members of <see cref="IDurableOrchestrationContext"/>.</summary>
public static class DurableOrchestrationContextExtensions
{
    /// <summary>
    /// How the version of the instance stands to another one: below zero when it is older, zero when it is the same,
    /// above zero when it is newer. Numbers are compared by value, part by part, and what is missing is zero; no
    /// version is older than all.
    /// </summary>
    /// <param name="context">The context of the orchestration.</param>
    /// <param name="version">The version to compare with; null or empty: none.</param>
    /// <example>
    /// <code>
    /// if (context.CompareVersionTo("2.0") &gt;= 0)
    ///     await context.CallActivityAsync("SendNotification");
    /// </code>
    /// </example>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    public static int CompareVersionTo(this IDurableOrchestrationContext context, string? version)
    {
        ArgumentNullException.ThrowIfNull(context);
        return VersionOrder.Instance.Compare(context.Version, version);
    }

    /// <summary>
    /// A logger that is silent while the orchestration is replaying, so that each line is written once as long as
    /// nothing crashes. Scopes pass through.
    /// </summary>
    /// <param name="context">The context of the orchestration.</param>
    /// <param name="logger">Where lines go that are not replayed.</param>
    /// <exception cref="ArgumentNullException">One of the two is null.</exception>
    public static ILogger CreateReplaySafeLogger(this IDurableOrchestrationContext context, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(logger);
        return new ReplaySafeLogger(context, logger);
    }
}
