namespace Perdure.Core.Circuits;

/// <summary>What circuits are told, as inputs of their operations.</summary>
internal static class CircuitOperations
{
    public const string Failed = "failed";
    public const string Trip = "trip";
    public const string Wants = "wants";
    public const string Probed = "probed";
    public const string Recovered = "recovered";
    public const string Tick = "tick";
    public const string Command = "command";
}

/// <summary>Functions have finally failed, in one commit.</summary>
internal sealed record CircuitFailures(CircuitRules Rules, IReadOnlyList<CircuitFailure> Failures)
{
    /// <summary>What was known of the circuit where they failed.</summary>
    public long Version { get; init; }

    /// <summary>Why it opens at once, if the function said so.</summary>
    public string? Opens { get; init; }

    /// <summary>How long it stays open then, in milliseconds; null for as long as the rules say.</summary>
    public long? RetryAfter { get; init; }
}

/// <summary>One final failure.</summary>
/// <param name="Function">Whose.</param>
/// <param name="Fingerprint">The same for failures of one kind.</param>
/// <param name="Error">Type and message.</param>
/// <param name="Letter">The dead letter; null when there is none, or none that could run again.</param>
internal sealed record CircuitFailure(string Function, string Fingerprint, string Error, string? Letter)
{
    /// <summary>The dead letter runs again where it is.</summary>
    public bool InPlace { get; init; }
}

/// <summary>A partition has something to run while the circuit is half open.</summary>
internal sealed record CircuitWants(int Partition, long Version);

/// <summary>What became of a probe.</summary>
/// <param name="Token">Of the right to run it.</param>
/// <param name="Succeeded">Null when it says nothing: the event itself was bad.</param>
/// <param name="Error">Why it failed.</param>
internal sealed record CircuitProbed(long Token, bool? Succeeded, string? Error);

/// <summary>What tripped the circuit has run again.</summary>
/// <param name="Epoch">Of the opening that it belonged to.</param>
/// <param name="Failed">How many failed again.</param>
internal sealed record CircuitRecovered(long Epoch, int Failed)
{
    /// <summary>It was one, to find out whether the trouble is over.</summary>
    public bool IsProbe { get; init; }

    /// <summary>How many have run; what went back to a queue has not.</summary>
    public int Ran { get; init; }
}

/// <summary>Time has passed.</summary>
internal sealed record CircuitTick(long Version);

/// <summary>What an operator wants.</summary>
/// <param name="Id">By which the answer is found.</param>
/// <param name="To">What it is to become.</param>
/// <param name="By">Who says so.</param>
/// <param name="Reason">Why.</param>
internal sealed record CircuitCommand(string Id, CircuitStatus To, string? By, string? Reason)
{
    /// <summary>Only if it is open for this time.</summary>
    public long? Epoch { get; init; }

    /// <summary>Of the settings of the program that asks.</summary>
    public required CircuitRules Rules { get; init; }
}
