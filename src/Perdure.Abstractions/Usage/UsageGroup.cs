namespace Perdure;

/// <summary>What functions have used, added up.</summary>
/// <param name="Group">The function, the trigger, or the day in UTC as <c>2026-11-30</c>.</param>
public sealed record UsageGroup(string Group)
{
    /// <summary>
    /// How often code has run: an activity, an HTTP function or a message once for each try, a batch of events as one,
    /// an orchestration once for each turn, an entity once for the operations that run together.
    /// </summary>
    public long Executions { get; init; }

    /// <summary>Executions that have ended well.</summary>
    public long Succeeded { get; init; }

    /// <summary>Executions that have failed.</summary>
    public long Failed { get; init; }

    /// <summary>Those of the executions that repeat one that has failed.</summary>
    public long Retried { get; init; }

    /// <summary>Messages and events that were put aside as dead letters.</summary>
    public long DeadLettered { get; init; }

    /// <summary>
    /// How long executions took, each rounded up to 100 milliseconds. Waits for retries, and what an orchestration
    /// awaits, are not in it.
    /// </summary>
    public TimeSpan BilledTime { get; init; }

    /// <summary>How long executions took.</summary>
    public TimeSpan WallTime { get; init; }

    /// <summary>
    /// Memory of the process, shared by what ran at a time, over the time: a gigabyte (1,000,000,000 bytes) for a
    /// second is one.
    /// </summary>
    public double GigabyteSeconds { get; init; }

    /// <summary>What it would cost by <see cref="UsageOptions"/>, in the currency of its prices.</summary>
    public decimal Cost { get; init; }
}
