namespace Perdure;

/// <summary>
/// What becomes of occurrences of a timer that were missed: nobody could begin them within a minute of their time, or
/// not before the next one was due as well.
/// </summary>
public enum TimerMisfire
{
    /// <summary>The first of them runs, however many they are.</summary>
    FireOnce,

    /// <summary>Each runs, one after the other, the latest <see cref="TimerTriggerAttribute.MaxCatchUp"/>.</summary>
    FireAll,

    /// <summary>None runs.</summary>
    Skip,
}
