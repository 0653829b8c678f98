namespace Perdure.Core.Scaling;

/// <summary>How fast work comes for a function, and how fast an instance does it.</summary>
/// <param name="ArrivalPerSec">Messages or events that come in a second.</param>
/// <param name="PerInstancePerSec">
/// What an instance does in a second when it has enough to do; null until that was seen.
/// </param>
internal readonly record struct LearntRates(double ArrivalPerSec, double? PerInstancePerSec)
{
    /// <summary>What is closer together tells nothing.</summary>
    public const long IntervalMinMs = 1_000;

    /// <summary>How much of what was seen last counts, against all that was seen before.</summary>
    private const double Weight = 0.5;

    /// <summary>What is known after two looks at a function.</summary>
    /// <param name="before">What was known before; null for nothing.</param>
    /// <param name="from">The first look.</param>
    /// <param name="to">The second one, at least <see cref="IntervalMinMs"/> later.</param>
    /// <param name="instances">How many instances did the work.</param>
    public static LearntRates Learn(LearntRates? before, FunctionLoad from, FunctionLoad to, int instances)
    {
        double seconds = (to.At - from.At) / 1_000.0;
        long done = Math.Max(0, to.Done - from.Done);
        double arrival = Math.Max(0, to.Backlog - from.Backlog + done) / seconds;
        double? rate = before?.PerInstancePerSec;
        // Only who always had more to do than it had in hand shows how fast it is.
        if (done > 0 && IsMore(from, instances) && IsMore(to, instances))
            rate = Mixed(rate, done / seconds / Math.Max(1, instances));
        return new LearntRates(Mixed(before?.ArrivalPerSec, arrival), rate);
    }

    private static bool IsMore(FunctionLoad load, int instances) => load.Backlog > (long)load.Target * instances;

    private static double Mixed(double? before, double now) => before is { } old ? old + (Weight * (now - old)) : now;
}
