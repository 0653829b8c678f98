namespace Perdure.Core.Circuits;

/// <summary>Why somebody is told something of a circuit, or has something to do for it.</summary>
internal enum CircuitNoticeKind
{
    /// <summary>It has opened.</summary>
    Opened,

    /// <summary>It has closed after it was open.</summary>
    Closed,

    /// <summary>It has tried often enough and waits for an operator.</summary>
    GaveUp,

    /// <summary>What tripped it is to run again.</summary>
    Recover,
}

/// <summary>A message of the engine's own queue: sent in the commit that changes the circuit.</summary>
internal sealed record CircuitNotice(CircuitNoticeKind Kind, string Circuit, long Epoch, long At)
{
    public string? Reason { get; set; }
    public string? By { get; set; }
    public int Failures { get; set; }
    public CircuitRules Rules { get; set; } = new();
    public IReadOnlyList<CircuitCause> Causes { get; set; } = [];

    /// <summary>Dead letters that are to run again.</summary>
    public IReadOnlyList<string> Letters { get; set; } = [];

    /// <summary>Since when there are such, in milliseconds since 1970.</summary>
    public long Since { get; set; }

    /// <summary>One runs again, to find out whether the trouble is over.</summary>
    public bool IsProbe { get; set; }

    /// <summary>These have failed before the opening, and were heard of when it was over.</summary>
    public bool IsLate { get; set; }

    /// <summary>Where it goes; null before that is decided.</summary>
    public string? Channel { get; set; }

    /// <summary>The same each time that it is sent.</summary>
    public string Id =>
        IsProbe || IsLate ? $"{Circuit}/{Epoch}/{Letters[0]}" : $"{Circuit}/{Epoch}/{Kind}";
}
