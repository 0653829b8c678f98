using Perdure.Core.Usage;

namespace Perdure.Runtime.Usage;

/// <summary>What the runs of one function have used in this process and is not written yet.</summary>
/// <param name="meter">Who writes it.</param>
/// <param name="name">Of the function.</param>
/// <param name="trigger">What makes it run.</param>
/// <param name="version">Of its code.</param>
internal sealed class FunctionUsage(UsageMeter meter, string name, string trigger, string version)
{
    private readonly Lock _gate = new();
    private UsageCounts _counts;
    private int _running;

    /// <summary>
    /// The times of all ends less those of all beginnings: with the time of now for what runs, it is how long all runs
    /// took together. Nothing is kept for each run, and a number that turns over gives the right difference.
    /// </summary>
    private long _ends;

    private long _sampled;
    private double _memory;

    public UsageMeter Meter => meter;

    /// <summary>Whether something runs, or something is not written yet.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_gate)
                return _running > 0 || !_counts.IsNone;
        }
    }

    /// <summary>A run begins.</summary>
    /// <param name="now">By the timestamps of the time provider.</param>
    /// <param name="isRetry">Whether it repeats one that has failed.</param>
    public UsageRun Begin(long now, bool isRetry = false)
    {
        lock (_gate)
        {
            _running++;
            _ends -= now;
        }
        meter.Wake();
        return new UsageRun(this, now, isRetry);
    }

    /// <summary>A run is over.</summary>
    public void End(long now, UsageCounts counts)
    {
        lock (_gate)
        {
            _running--;
            _ends += now;
            _counts += counts;
        }
        meter.Wake();
    }

    /// <summary>A row for the commit that completes a run.</summary>
    public UsageRow Row(long minute, long node, UsageCounts counts) =>
        new(new UsageKey(minute, name, trigger, version, node), counts);

    /// <summary>How long its runs took since this was asked last, added up, in timestamps.</summary>
    /// <param name="now">By the timestamps of the time provider.</param>
    /// <param name="running">How many run.</param>
    public long Sample(long now, out int running)
    {
        lock (_gate)
        {
            running = _running;
            long all = _ends + (_running * now);
            long since = all - _sampled;
            _sampled = all;
            return since;
        }
    }

    /// <summary>What it held.</summary>
    /// <param name="mbMs">Megabytes times milliseconds.</param>
    public void Hold(double mbMs)
    {
        lock (_gate)
            _memory += mbMs;
    }

    /// <summary>Takes what is to be written, if a run has ended or it is to be written anyway; else nothing.</summary>
    public UsageCounts Take(bool always)
    {
        lock (_gate)
        {
            if (!always && _counts.IsNone)
                return default;
            // What is less than one stays.
            long memory = (long)_memory;
            _memory -= memory;
            UsageCounts taken = _counts + new UsageCounts { MemoryMbMs = memory };
            _counts = default;
            return taken;
        }
    }
}

/// <summary>A run of a function from its beginning on; the default is one that nobody counts.</summary>
internal readonly struct UsageRun(FunctionUsage? function, long began, bool isRetry)
{
    /// <summary>It is over, and is written by the node within a second.</summary>
    public void End(bool failed)
    {
        if (function is not null)
        {
            long now = function.Meter.Timestamp;
            function.End(now, Counts(now, failed));
        }
    }

    /// <summary>It is over; what it counts is written in the commit that completes it.</summary>
    public UsageCounts EndApart(bool failed)
    {
        if (function is null)
            return default;
        long now = function.Meter.Timestamp;
        function.End(now, default);
        return Counts(now, failed);
    }

    /// <summary>It was cut short and runs again, or its code was not reached: it is no execution.</summary>
    public void Leave() => function?.End(function.Meter.Timestamp, default);

    private UsageCounts Counts(long now, bool failed) =>
        UsageCounts.OfRun(function!.Meter.Microseconds(now - began), failed, isRetry);
}
