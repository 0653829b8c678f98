namespace Perdure.Runtime;

/// <summary>
/// All alarms of a node: they are what it waits for because functions wait for it. Time can jump to the next one when
/// nothing else is under way, which the testing kit does.
/// </summary>
internal sealed class Alarms
{
    private readonly Lock _gate = new();
    private readonly HashSet<Alarm> _all = [];

    public void Add(Alarm alarm)
    {
        lock (_gate)
            _all.Add(alarm);
    }

    public void Remove(Alarm alarm)
    {
        lock (_gate)
            _all.Remove(alarm);
    }

    /// <summary>The next time at which one is due after this one; null when none is set.</summary>
    /// <param name="now">In milliseconds since 1970, as the result.</param>
    public long? NextAfter(long now)
    {
        lock (_gate)
            return _all.Select(a => a.At).Where(at => at > now).Min(at => (long?)at);
    }
}
