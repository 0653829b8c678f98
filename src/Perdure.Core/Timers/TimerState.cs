namespace Perdure.Core.Timers;

/// <summary>What is known of a timer. It does not change: what happens makes a new one.</summary>
internal sealed record TimerState
{
    /// <summary>The next occurrence that has not begun; 0 before a program that has the function has seen it.</summary>
    public long Next { get; init; }

    /// <summary>The name of the function, as it was written.</summary>
    public required string Name { get; init; }

    /// <summary>For which schedule <see cref="Next"/> was worked out.</summary>
    public string Schedule { get; init; } = "";

    public string TimeZone { get; init; } = "";

    /// <summary>The time of the occurrence that ended last; 0 when none has.</summary>
    public long Last { get; init; }

    /// <summary>The latest scheduled occurrence that has begun: none before it begins any more.</summary>
    public long Passed { get; init; }

    /// <summary>Up to this time each occurrence runs, although its time is over.</summary>
    public long EachUntil { get; init; }

    /// <summary>Nothing begins by its schedule.</summary>
    public bool IsPaused { get; init; }

    /// <summary>What has begun and has not ended.</summary>
    public Occurrence? Current { get; init; }

    /// <summary>What was asked for and has not begun, in its order.</summary>
    public IReadOnlyList<Occurrence> Asked { get; init; } = [];

    /// <summary>When it changed last.</summary>
    public long UpdatedAt { get; init; }
}
