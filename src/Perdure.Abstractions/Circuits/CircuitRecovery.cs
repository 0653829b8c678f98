namespace Perdure;

/// <summary>Who ends the opening of a circuit.</summary>
public enum CircuitRecovery
{
    /// <summary>An operator, by the restart link or another command.</summary>
    Manual = 0,

    /// <summary>
    /// After a break it tries by itself, one event at a time; after too many vain attempts it waits for an operator.
    /// </summary>
    Auto = 1,
}
