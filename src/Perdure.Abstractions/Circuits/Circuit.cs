namespace Perdure;

/// <summary>A circuit as it is at a moment.</summary>
public sealed class Circuit
{
    /// <summary>Its name: that of a dependency, or <c>fn:</c> and the name of a function.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it lets its functions run.</summary>
    public required CircuitStatus Status { get; init; }

    /// <summary>How often it has opened.</summary>
    public required long Epoch { get; init; }

    /// <summary>Since when it is what it is; null when it never was anything else.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>Who made it what it is; null for its rules.</summary>
    public string? By { get; init; }

    /// <summary>Final failures in the window that ends now.</summary>
    public required int Failures { get; init; }

    /// <summary>More than so many open it.</summary>
    public required int Threshold { get; init; }

    /// <summary>The window of the count.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>When it tries by itself; null when it does not.</summary>
    public DateTimeOffset? NextProbe { get; init; }

    /// <summary>Whether what was put aside while it tripped runs again right now.</summary>
    public bool IsRecovering { get; init; }

    /// <summary>What has failed, the most frequent first.</summary>
    public required IReadOnlyList<CircuitFailureGroup> Causes { get; init; }

    /// <summary>The latest changes, the last one first.</summary>
    public required IReadOnlyList<CircuitTransition> History { get; init; }
}

/// <summary>Final failures of one kind.</summary>
/// <param name="FunctionName">Whose.</param>
/// <param name="Fingerprint">The same for failures of one kind at one place.</param>
/// <param name="Error">Type and message of the first one.</param>
/// <param name="Count">How many.</param>
public sealed record CircuitFailureGroup(string FunctionName, string Fingerprint, string Error, int Count);

/// <summary>A change of a circuit.</summary>
/// <param name="At">When.</param>
/// <param name="From">What it was.</param>
/// <param name="To">What it became.</param>
/// <param name="Epoch">How often it had opened by then.</param>
/// <param name="By">Who did it; null for its rules.</param>
/// <param name="Reason">Why.</param>
public sealed record CircuitTransition(
    DateTimeOffset At, CircuitStatus From, CircuitStatus To, long Epoch, string? By, string? Reason);
