namespace Perdure.Core.Partitions;

/// <summary>How much the clock of a machine is behind that of the store, as far as answers of the store tell.</summary>
internal static class ClockError
{
    /// <summary>Clocks are read in whole milliseconds.</summary>
    private const long Rounding = 1;

    /// <summary>
    /// What to believe after an answer. The store read its clock at some moment between question and answer; what was
    /// believed before stands as long as that can be so, because an answer that took long knows less.
    /// </summary>
    /// <param name="before">What was believed, in milliseconds that are added to the clock of the machine.</param>
    /// <param name="store">The clock of the store in the answer.</param>
    /// <param name="here">The clock of the machine when the answer came.</param>
    /// <param name="roundTrip">How long question and answer took.</param>
    public static long After(long before, long store, long here, long roundTrip)
    {
        long believed = here + before;
        return believed >= store - Rounding && believed <= store + roundTrip + Rounding
            ? before
            : store + (roundTrip / 2) - here;
    }
}
