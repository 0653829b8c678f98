using System.Collections.Concurrent;
using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Core.Usage;
using Perdure.Functions;

namespace Perdure.Runtime.Usage;

/// <summary>
/// Measures what functions use in this process. Runs that end in a commit of their own (queues, streams) are written in
/// that; what is left is written once a second while something runs. When nothing runs, nothing ticks.
/// </summary>
internal sealed class UsageMeter : IDisposable
{
    private const long FlushEveryMs = 1_000;

    private readonly Node _node;
    private readonly Func<long> _memory;
    private readonly Lock _gate = new();
    private readonly ITimer _tick;
    private readonly double _usPerTimestamp;
    private readonly ConcurrentDictionary<string, FunctionUsage>[] _functions;
    private int _isAwake;
    private bool _isStopped;
    private long _sampledAt;
    private long _flushAt;
    private long _minute;

    /// <param name="node">Whose functions these are.</param>
    /// <param name="memory">How many bytes the process holds.</param>
    public UsageMeter(Node node, Func<long> memory)
    {
        (_node, _memory) = (node, memory);
        _usPerTimestamp = 1_000_000.0 / node.Time.TimestampFrequency;
        _functions =
        [
            .. Enum.GetValues<UsageTrigger>().Select(
                _ => new ConcurrentDictionary<string, FunctionUsage>(StringComparer.OrdinalIgnoreCase)),
        ];
        _tick = node.Time.CreateTimer(
            static m => ((UsageMeter)m!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public long Timestamp => _node.Time.GetTimestamp();

    public long Microseconds(long timestamps) => Math.Max(0, (long)(timestamps * _usPerTimestamp));

    public FunctionUsage Of(UsageTrigger trigger, string function) =>
        _functions[(int)trigger].TryGetValue(function, out FunctionUsage? usage) ? usage : Add(trigger, function);

    public UsageRun Begin(UsageTrigger trigger, string function) => Of(trigger, function).Begin(Timestamp);

    /// <summary>A function with a slot begins; those of the engine are not counted.</summary>
    public UsageRun Begin(ActivityWork work, long now) => work.Function!.IsBuiltIn
        ? default
        : Of(TriggerOf(work), work.Function.Name).Begin(now, isRetry: work.Call.Attempt > 1);

    public static void End(ActivityWork work, UsageRun run, bool failed)
    {
        if (work.Delivery is { } delivery)
            delivery.Used = run.EndApart(failed);
        else
            run.End(failed);
    }

    /// <summary>A turn of an orchestration is over.</summary>
    public static void End(UsageRun run, CodeResult result)
    {
        if (result is CodeResult.NotRun)
            run.Leave();
        else
            run.End(failed: result is CodeResult.Stopped or CodeResult.Ran { Completion: Completion.Failed });
    }

    /// <summary>Adds to the rows of a commit what the run that it completes has used.</summary>
    public TurnRows Added(TurnRows rows, ActivityWork work)
    {
        UsageCounts used = work.Delivery!.Used with { DeadLettered = rows.InsertDeadLetters?.Count ?? 0 };
        if (!used.IsNone)
        {
            FunctionUsage function = Of(TriggerOf(work), work.Call.Name);
            rows.AddUsage = [function.Row(UsageKey.MinuteOf(_node.Now), _node.Number, used)];
        }
        return rows;
    }

    /// <summary>Something has begun or ended.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _isAwake) != 0 || Interlocked.Exchange(ref _isAwake, 1) != 0)
            return;
        lock (_gate)
        {
            if (_isStopped)
                return;
            long now = _node.Now;
            (_sampledAt, _minute, _flushAt) = (Timestamp, UsageKey.MinuteOf(now), now + FlushEveryMs);
            Arm(now);
        }
    }

    /// <summary>The node stops: everything that is known is put in line.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            if (_isStopped)
                return;
            _isStopped = true;
            Sample(out _);
            Flush(_node.Now, always: true);
        }
        Dispose();
    }

    public void Dispose() => _tick.Dispose();

    private void Tick()
    {
        lock (_gate)
        {
            if (_isStopped)
                return;
            long now = _node.Now;
            Sample(out bool isQuiet);
            bool isMinuteOver = UsageKey.MinuteOf(now) != _minute;
            bool isDue = isMinuteOver || now >= _flushAt;
            if (isDue)
                Flush(now, always: isMinuteOver || isQuiet);
            if (!isDue || !isQuiet)
            {
                Arm(now);
                return;
            }
        }
        Volatile.Write(ref _isAwake, 0);
        Interlocked.MemoryBarrier();
        // What began in between has found it awake.
        if (_functions.Any(f => f.Values.Any(u => u.IsBusy)))
            Wake();
    }

    /// <summary>Not over the end of the minute, so that nothing is counted in the next one.</summary>
    private void Arm(long now)
    {
        long every = (long)_node.Settings.UsageSampleEvery.TotalMilliseconds;
        long left = _minute + UsageKey.MinuteMs - now;
        _tick.Change(TimeSpan.FromMilliseconds(Math.Clamp(left, 1, every)), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gives each function its share of the memory since the last time.</summary>
    private void Sample(out bool isQuiet)
    {
        long now = Timestamp;
        isQuiet = true;
        List<FunctionUsage> ran = [];
        List<double> runMs = [];
        foreach (FunctionUsage function in All)
        {
            long took = function.Sample(now, out int running);
            isQuiet &= running == 0;
            if (took <= 0)
                continue;
            ran.Add(function);
            runMs.Add(took * _usPerTimestamp / 1_000);
        }
        double ms = (now - _sampledAt) * _usPerTimestamp / 1_000;
        _sampledAt = now;
        if (ran.Count == 0)
            return;
        double[] shares = [.. runMs];
        MemoryShares.Divide(_memory(), ms, shares);
        for (int i = 0; i < shares.Length; i++)
            ran[i].Hold(shares[i]);
    }

    /// <summary>Puts in line what there is, all of it of the minute that was running.</summary>
    private void Flush(long now, bool always)
    {
        List<UsageRow> rows = [];
        // Without a hub there is nowhere to write it, yet.
        foreach (FunctionUsage function in _node.Partitions > 0 ? All : [])
        {
            UsageCounts taken = function.Take(always);
            if (!taken.IsNone)
                rows.Add(function.Row(_minute, _node.Number, taken));
        }
        (_minute, _flushAt) = (UsageKey.MinuteOf(now), now + FlushEveryMs);
        if (rows.Count == 0)
            return;
        Partition partition = _node.Partition(0);
        _node.LaneOf(partition).Append(new UsageEntry(partition, rows));
        _node.Scheduler.Queue(static l => l.Go(), _node.LaneOf(partition));
    }

    private IEnumerable<FunctionUsage> All => _functions.SelectMany(f => f.Values);

    private FunctionUsage Add(UsageTrigger trigger, string function)
    {
        FunctionRegistry functions = _node.Functions;
        string name = trigger switch
        {
            UsageTrigger.Orchestration when functions.TryGetOrchestration(function, out var found) => found.Name,
            UsageTrigger.Entity when functions.TryGetEntity(function, out var found) => found.Name,
            _ => function,
        };
        return _functions[(int)trigger].GetOrAdd(
            name, _ => new FunctionUsage(
                this, name, trigger.ToString().ToLowerInvariant(), functions.Versions.GetValueOrDefault(name, "")));
    }

    private static UsageTrigger TriggerOf(ActivityWork work) => work.Source switch
    {
        Queues.QueueShard => UsageTrigger.Queue,
        Timers.TimerSource => UsageTrigger.Timer,
        TriggerSource => UsageTrigger.Stream,
        _ => UsageTrigger.Activity,
    };
}
