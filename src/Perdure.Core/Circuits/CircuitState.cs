namespace Perdure.Core.Circuits;

/// <summary>
/// What is known of a circuit: the state of its entity. It does not change; what happens makes a new one.
/// </summary>
internal sealed record CircuitState
{
    public CircuitStatus Status { get; set; }

    /// <summary>How often it has opened. Whoever acts on an opening says which one is meant.</summary>
    public long Epoch { get; set; }

    /// <summary>Grows with every change of what it lets run.</summary>
    public long Version { get; set; }

    /// <summary>
    /// The version in which it began to let functions run, the last time. What failed under an earlier one failed
    /// before it was open, and only its news are late.
    /// </summary>
    public long AdmitsSince { get; set; }

    public CircuitRules Rules { get; set; } = new();

    /// <summary>Final failures by second, of the window.</summary>
    public IReadOnlyList<CircuitSecond> Window { get; set; } = [];

    /// <summary>What has failed since the window began, the most frequent first.</summary>
    public IReadOnlyList<CircuitCause> Causes { get; set; } = [];

    /// <summary>What was put aside in the window, and since it opened.</summary>
    public IReadOnlyList<CircuitLetter> Letters { get; set; } = [];

    /// <summary>Since when it is what it is.</summary>
    public long Since { get; set; }

    public string? Reason { get; set; }

    /// <summary>Who made it what it is; null for the rules.</summary>
    public string? By { get; set; }

    /// <summary>When it tries by itself; 0 for never.</summary>
    public long ProbeAt { get; set; }

    /// <summary>Partitions that have something to run while it is half open.</summary>
    public IReadOnlyList<int> Wants { get; set; } = [];

    /// <summary>Who may run one event now.</summary>
    public CircuitProbe? Probe { get; set; }

    /// <summary>What was put aside and runs again, to find out whether the trouble is over.</summary>
    public CircuitLetter? Trying { get; set; }

    /// <summary>
    /// Whether what has come since may be tried. Events that were put aside come first, because they are older;
    /// messages go back to their queues.
    /// </summary>
    public bool MayTryOthers =>
        Trying is not { InPlace: true } && !(Rules.RecoversTrip && Letters.Any(l => l.InPlace));

    /// <summary>Probes that ended well in a row.</summary>
    public int Successes { get; set; }

    /// <summary>How often in a row an attempt was in vain.</summary>
    public int Reopens { get; set; }

    /// <summary>What tripped it runs again; the rest waits for that.</summary>
    public bool IsRecovering { get; set; }

    /// <summary>
    /// What was put aside before, and was heard of while the rest of it runs again: it runs behind that.
    /// </summary>
    public IReadOnlyList<CircuitLetter> Late { get; set; } = [];

    /// <summary>The latest changes, the last one at the end.</summary>
    public IReadOnlyList<CircuitChange> Changes { get; set; } = [];

    /// <summary>What became of the latest commands.</summary>
    public IReadOnlyList<CircuitAnswer> Answers { get; set; } = [];

    /// <summary>Whether functions run as they come.</summary>
    public bool Admits => Status is CircuitStatus.Closed or CircuitStatus.Monitor;

    /// <summary>Final failures in the window that ends now.</summary>
    public int CountAt(long now) => Window.Where(s => s.At > now - Rules.Window).Sum(s => s.Count);

    /// <summary>The part of its usual concurrency that may run: it grows for a while after closing.</summary>
    public double ShareAt(long now)
    {
        const double first = 0.1;
        if (Epoch == 0 || Rules.RampUp <= 0 || Status != CircuitStatus.Closed)
            return 1;
        return Math.Clamp(first + ((1 - first) * (now - Since) / Rules.RampUp), first, 1);
    }
}

/// <summary>Final failures of one second.</summary>
/// <param name="At">When it ended, in milliseconds since 1970.</param>
/// <param name="Count">How many.</param>
internal readonly record struct CircuitSecond(long At, int Count);

/// <summary>Failures of one kind.</summary>
internal sealed record CircuitCause(string Function, string Fingerprint, string Error, int Count);

/// <summary>Something that was put aside.</summary>
/// <param name="At">When.</param>
/// <param name="Key">The key of the dead letter.</param>
/// <param name="Fingerprint">Of its failure.</param>
/// <param name="InPlace">Run again, it runs where it is; else it goes back to its queue.</param>
internal readonly record struct CircuitLetter(long At, string Key, string Fingerprint, bool InPlace);

/// <summary>The right to run one event, for a while.</summary>
internal sealed record CircuitProbe(int Partition, long Token, long Until);

/// <summary>A change of status.</summary>
internal sealed record CircuitChange(
    long At, CircuitStatus From, CircuitStatus To, long Epoch, string? By, string? Reason);

/// <summary>What became of a command: <c>Refusal</c> is null when it was followed.</summary>
internal sealed record CircuitAnswer(string Command, string? Refusal);
