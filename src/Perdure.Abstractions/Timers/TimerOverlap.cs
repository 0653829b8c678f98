namespace Perdure;

/// <summary>What becomes of occurrences of a timer that come due while one runs, or waits for its retry.</summary>
public enum TimerOverlap
{
    /// <summary>They do not run; and nobody can trigger one.</summary>
    Skip,

    /// <summary>
    /// Each runs when the one before has ended, the latest <see cref="TimerTriggerAttribute.MaxCatchUp"/> of them.
    /// </summary>
    Queue,
}
