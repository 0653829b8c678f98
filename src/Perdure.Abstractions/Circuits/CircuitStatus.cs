namespace Perdure;

/// <summary>Whether a circuit lets functions run.</summary>
public enum CircuitStatus
{
    /// <summary>Everything runs; final failures are counted.</summary>
    Closed = 0,

    /// <summary>Nothing runs: too much has failed, or somebody has opened it.</summary>
    Open = 1,

    /// <summary>One event at a time runs, to find out whether the trouble is over.</summary>
    HalfOpen = 2,

    /// <summary>Nothing runs until an operator says so, whatever the rules say.</summary>
    Isolated = 3,

    /// <summary>Everything runs and is counted, and the circuit never opens by itself.</summary>
    Monitor = 4,
}
