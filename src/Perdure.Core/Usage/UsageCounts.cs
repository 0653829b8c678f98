namespace Perdure.Core.Usage;

/// <summary>What runs of a function have come to and what they took. Counts add up.</summary>
internal readonly record struct UsageCounts
{
    /// <summary>What each run is billed in, rounded up.</summary>
    public const long BilledStepMs = 100;

    private const long UsPerMs = 1_000;

    /// <summary>Runs of its code.</summary>
    public long Executions { get; init; }

    public long Succeeded { get; init; }
    public long Failed { get; init; }

    /// <summary>Those of the executions that repeat one that has failed.</summary>
    public long Retried { get; init; }

    /// <summary>Messages and events that were put aside.</summary>
    public long DeadLettered { get; init; }

    /// <summary>Milliseconds, each run rounded up to <see cref="BilledStepMs"/>.</summary>
    public long BilledMs { get; init; }

    /// <summary>Microseconds, because most runs take less than a millisecond.</summary>
    public long WallUs { get; init; }

    /// <summary>Megabytes (of 1,000,000 bytes) that it held, times milliseconds; a thousandth of a GB-ms.</summary>
    public long MemoryMbMs { get; init; }

    public bool IsNone => this == default;

    /// <summary>One run.</summary>
    /// <param name="us">How long it took, in microseconds.</param>
    /// <param name="failed">Whether it failed.</param>
    /// <param name="isRetry">Whether it repeats one that has failed.</param>
    public static UsageCounts OfRun(long us, bool failed, bool isRetry) => new()
    {
        Executions = 1,
        Succeeded = failed ? 0 : 1,
        Failed = failed ? 1 : 0,
        Retried = isRetry ? 1 : 0,
        BilledMs = Billed(us),
        WallUs = us,
    };

    public static UsageCounts operator +(UsageCounts a, UsageCounts b) => new()
    {
        Executions = a.Executions + b.Executions,
        Succeeded = a.Succeeded + b.Succeeded,
        Failed = a.Failed + b.Failed,
        Retried = a.Retried + b.Retried,
        DeadLettered = a.DeadLettered + b.DeadLettered,
        BilledMs = a.BilledMs + b.BilledMs,
        WallUs = a.WallUs + b.WallUs,
        MemoryMbMs = a.MemoryMbMs + b.MemoryMbMs,
    };

    /// <summary>Rounded up; whatever runs at all takes one step.</summary>
    private static long Billed(long us)
    {
        long step = BilledStepMs * UsPerMs;
        return Math.Max(1, (us + step - 1) / step) * BilledStepMs;
    }
}
