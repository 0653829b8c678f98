using Microsoft.Extensions.Logging;

namespace Perdure;

/// <summary>What can be built from the members of <see cref="IDurableOrchestrationContext"/>.</summary>
public static class DurableOrchestrationContextExtensions
{
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
