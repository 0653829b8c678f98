namespace Perdure.Core.Circuits;

/// <summary>
/// When a circuit opens and how it closes, in milliseconds and counts. Whoever reports a failure sends them along, so
/// that the circuit follows the settings of the program that runs now.
/// </summary>
internal sealed record CircuitRules
{
    /// <summary>More than so many final failures in the window open it.</summary>
    public int Failures { get; set; } = 100;

    public long Window { get; set; } = 30_000;
    public CircuitRecovery Recovery { get; set; }

    /// <summary>How long it stays open before it tries by itself; twice as long after each vain attempt.</summary>
    public long Break { get; set; } = 60_000;

    public long BreakMax { get; set; } = 900_000;

    /// <summary>After so many vain attempts it waits for an operator.</summary>
    public int ReopensMax { get; set; } = 5;

    /// <summary>So many probes in a row end well before it closes.</summary>
    public int SuccessesToClose { get; set; } = 5;

    /// <summary>How long after closing everything runs as much as before.</summary>
    public long RampUp { get; set; } = 60_000;

    /// <summary>What was put aside while it tripped runs again before anything else.</summary>
    public bool RecoversTrip { get; set; } = true;
}
