namespace Perdure.Replays;

/// <summary>
/// A replay of many dead letters on its way: what it was asked for, and how far it has come. It is the input and the
/// custom status of its orchestration, and does not change.
/// </summary>
internal sealed record ReplayRun
{
    private const int FirstStep = 1, SecondStep = 10, FurtherSteps = 100;

    public required DeadLetterFilter Filter { get; init; }
    public required DeadLetterReplayOptions Options { get; init; }
    public string? Author { get; init; }

    /// <summary>In milliseconds since 1970: what was put aside later is not taken.</summary>
    public required long StartedAt { get; init; }

    /// <summary>The time and the id of the last dead letter that was looked at; null before the first.</summary>
    public long? AfterAt { get; init; }

    public string? AfterId { get; init; }
    public int Steps { get; init; }
    public int Succeeded { get; init; }
    public int Failed { get; init; }

    /// <summary>Nothing that fits is left.</summary>
    public bool IsDone { get; init; }

    /// <summary>How many run in the next step.</summary>
    public int StepSize() => !Options.Canary || Steps > 1 ? FurtherSteps : Steps == 0 ? FirstStep : SecondStep;

    /// <summary>How many may fail until it stops.</summary>
    public int FailuresLeft() => Options.StopAfterFailures - Failed;

    /// <summary>After a step.</summary>
    public ReplayRun With(ReplayStep step) => this with
    {
        AfterAt = step.AfterAt ?? AfterAt,
        AfterId = step.AfterId ?? AfterId,
        Steps = Steps + 1,
        Succeeded = Succeeded + step.Succeeded,
        Failed = Failed + step.Failed,
        IsDone = step.IsLast,
    };

    /// <summary>Nothing more is to run: all is done, or too many have failed.</summary>
    public bool IsOver() => IsDone || FailuresLeft() <= 0 || (Options.Canary && Steps <= 2 && Failed > 0);
}

/// <summary>What a step of a replay came to.</summary>
internal sealed record ReplayStep
{
    /// <summary>
    /// Something that it let run has not ended yet: nothing is counted, and the same step is taken again later.
    /// </summary>
    public bool IsPending { get; init; }

    public long? AfterAt { get; init; }
    public string? AfterId { get; init; }
    public int Succeeded { get; init; }
    public int Failed { get; init; }

    /// <summary>Nothing that fits is behind it.</summary>
    public bool IsLast { get; init; }
}
