namespace Perdure;

/// <summary>How dead letters are let run again that are many.</summary>
public sealed class DeadLetterReplayOptions
{
    /// <summary>
    /// Where they run. At the tail of a stream each counts as having ended well when it is appended. Default
    /// <see cref="DeadLetterReplayTarget.InPlace"/>.
    /// </summary>
    public DeadLetterReplayTarget Target { get; set; }

    /// <summary>How many begin in a second at most. Default 50; 1 to 10,000.</summary>
    public int RatePerSecond { get; set; } = 50;

    /// <summary>How many run at a time at most. Default 4; 1 to 100.</summary>
    public int MaxParallel { get; set; } = 4;

    /// <summary>
    /// Whether one runs first, then ten, and then the rest; a failure among the first eleven stops the replay. Default
    /// true.
    /// </summary>
    public bool Canary { get; set; } = true;

    /// <summary>After how many failures it stops. Default 10; 1 or more.</summary>
    public int StopAfterFailures { get; set; } = 10;
}

/// <summary>Dead letters that are let run again, one after the other.</summary>
public sealed class DeadLetterReplay
{
    /// <summary>Its id, which is that of an orchestration.</summary>
    public required string Id { get; init; }

    /// <summary>How it stands.</summary>
    public required DeadLetterReplayState State { get; init; }

    /// <summary>How many have run again and ended well.</summary>
    public required int Succeeded { get; init; }

    /// <summary>How many have failed again.</summary>
    public required int Failed { get; init; }

    /// <summary>Who has begun it, if they said so.</summary>
    public string? Author { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }
}

/// <summary>How a replay stands.</summary>
public enum DeadLetterReplayState
{
    /// <summary>It goes on.</summary>
    Running,

    /// <summary>All that fitted have run.</summary>
    Completed,

    /// <summary>It has stopped, because too many have failed.</summary>
    Stopped,

    /// <summary>Somebody has cancelled it.</summary>
    Cancelled,

    /// <summary>It has failed itself; the status of its orchestration says why.</summary>
    Failed,
}
