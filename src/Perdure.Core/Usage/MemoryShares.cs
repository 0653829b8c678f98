namespace Perdure.Core.Usage;

/// <summary>
/// Which share of the memory of the process each function has held. At any time what runs shares the memory evenly; so
/// over an interval a function has a share for the time that its runs took, divided by how many ran at a time.
/// </summary>
internal static class MemoryShares
{
    private const double BytesPerMb = 1_000_000;

    /// <summary>
    /// Of an interval: for each function megabytes times milliseconds. All together is never more than the memory times
    /// the interval, and as much when something ran all the time.
    /// </summary>
    /// <param name="bytes">What the process held.</param>
    /// <param name="ms">How long the interval was.</param>
    /// <param name="runMs">
    /// For each function how long its runs took within the interval, added up; is written over with its share.
    /// </param>
    public static void Divide(long bytes, double ms, Span<double> runMs)
    {
        double all = 0;
        foreach (double run in runMs)
            all += run;
        double atATime = ms > 0 ? Math.Max(1, all / ms) : 1;
        for (int i = 0; i < runMs.Length; i++)
            runMs[i] = bytes / BytesPerMb * runMs[i] / atATime;
    }
}
