using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>
/// Careful mode: after the second unclean opening in a row a row in <c>tasks</c> is written before user code runs, a few at
/// a time, and alone what was running when a process died. The next opening counts one death for each piece of work that
/// the dead process had begun. So work that kills its process is found and failed, innocent work is not, and normally
/// counting costs nothing.
/// <para>
/// What kills, kills soon: work that has run for a while keeps its row but makes nobody wait any more, and a process that
/// has lived for a while is careful no longer. So a long activity neither blocks its partition nor slows it for good.
/// </para>
/// </summary>
internal sealed class Care : IDisposable
{
    /// <summary>Stands in for the task id of a turn.</summary>
    public const int TurnTask = -1;

    private const int UncleanOpeningsMin = 2;
    private const long NotBegun = long.MaxValue;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly Partition _partition;
    private readonly ITimer _tick;
    private readonly Lock _gate = new();
    private readonly Dictionary<TaskKey, int> _deaths = [];
    private readonly HashSet<TaskKey> _rows = [];

    /// <summary>What others wait for, and since when it runs.</summary>
    private readonly Dictionary<TaskKey, long> _running = [];

    /// <summary>Instances whose execution ends in a turn that is not committed yet, and what wants to run of them.</summary>
    private readonly HashSet<long> _ending = [];
    private readonly List<CarefulWork> _held = [];

    private LinkedList<CarefulWork> _waiting = [];
    private long _openedAt;
    private int _opening;
    private bool _suspectRuns;
    private volatile bool _isOn;
    private volatile bool _hasRows;

    public Care(Partition partition)
    {
        _partition = partition;
        _tick = partition.Node.Time.CreateTimer(
            static c => ((Care)c!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private RuntimeSettings Settings => _partition.Node.Settings;

    /// <summary>New work goes through <see cref="Run"/>.</summary>
    public bool IsOn => _isOn;

    /// <summary>There are rows to be deleted with what they stand for, in careful mode or shortly after it.</summary>
    private bool IsIdle => !_isOn && !_hasRows;

    public static TaskKey KeyOf(ExecutionKey execution) => new(execution.Key, execution.Generation, TurnTask);

    public void Open(PartitionOpening opening)
    {
        List<CarefulWork> waiting;
        lock (_gate)
        {
            _opening++;
            _deaths.Clear();
            _rows.Clear();
            _running.Clear();
            waiting = [.. _waiting, .. _held];
            _waiting.Clear();
            _held.Clear();
            _ending.Clear();
            _suspectRuns = false;
            foreach (TaskRow row in opening.Tasks)
            {
                TaskKey key = new(row.Key, row.Generation, row.Task);
                _deaths[key] = row.Deaths;
                _rows.Add(key);
            }
            _hasRows = _rows.Count > 0;
            _isOn = opening.Unclean >= UncleanOpeningsMin || _deaths.Values.Any(d => d > 0);
            _openedAt = _partition.Node.Time.GetTimestamp();
        }
        if (_isOn)
            _tick.Change(Tick, Tick);
        foreach (CarefulWork work in waiting)
            work.Skip();
    }

    /// <summary>Runs the work once its row is durable, or fails it when too many processes died of it.</summary>
    public void Run(CarefulWork work)
    {
        int deaths;
        lock (_gate)
        {
            deaths = _deaths.GetValueOrDefault(work.Key);
            if (_ending.Contains(work.Key.Key))
            {
                _held.Add(work);
                return;
            }
            if (_isOn && deaths < Settings.Limits.DeathsMax)
            {
                _waiting.AddLast(work);
                Pump_NeedsLock();
                return;
            }
        }
        if (deaths >= Settings.Limits.DeathsMax)
            work.Fail(Failures.PoisonWork(work.What, deaths));
        else
            work.Run();
    }

    /// <summary>
    /// The work has ended and killed nobody, so its row goes at once, by itself: if it waited for the turn that takes the
    /// result, the next death would be counted against everything that is finished and waits.
    /// </summary>
    public void Done(TaskKey key)
    {
        if (IsIdle)
            return;
        lock (_gate)
        {
            DeleteRow_NeedsLock(key);
            Free_NeedsLock(key);
        }
    }

    /// <summary>A row that a dead process left for an execution that was never written.</summary>
    public void Orphan(TaskKey key)
    {
        lock (_gate)
        {
            DeleteRow_NeedsLock(key);
        }
    }

    /// <summary>
    /// The creation of the instance was not written: the next one draws another key, and nothing under this one counts.
    /// </summary>
    public void Void(long key)
    {
        if (IsIdle)
            return;
        lock (_gate)
        {
            foreach (CarefulWork work in _waiting.Where(w => w.Key.Key == key).ToArray())
                _waiting.Remove(work);
            // Its row may stand in line already, let in by another that was voided before.
            foreach (TaskKey row in _rows.Where(k => k.Key == key).ToArray())
                DeleteRow_NeedsLock(row);
            foreach (TaskKey running in _running.Keys.Where(k => k.Key == key).ToArray())
                Free_NeedsLock(running);
        }
    }

    /// <summary>The code of the turn has run, or will not run any more.</summary>
    public void TurnDone(Turn turn, ExecutionKey execution)
    {
        if (IsIdle)
            return;
        TaskKey key = KeyOf(execution);
        lock (_gate)
        {
            DeleteRows_NeedsLock(turn, k => k == key);
            Free_NeedsLock(key);
        }
    }

    /// <summary>
    /// The turn ends an execution: all its rows go in the same commit, and until that is certain nothing of it begins.
    /// </summary>
    public void Leave(Turn turn)
    {
        if (IsIdle || !(turn.Ended || turn.MovedGeneration))
            return;
        lock (_gate)
        {
            _ending.Add(turn.Execution.Key);
            foreach (CarefulWork work in _waiting.Where(w => IsOver(turn, w.Key)).ToArray())
            {
                _waiting.Remove(work);
                _held.Add(work);
            }
            DeleteRows_NeedsLock(turn, k => IsOver(turn, k));
            Pump_NeedsLock();
        }
    }

    /// <summary>The turn is durable, or certainly not written: what was held is let go, or goes on.</summary>
    public void Left(Turn turn, bool committed)
    {
        List<CarefulWork> held;
        lock (_gate)
        {
            if (!committed)
            {
                _rows.UnionWith(turn.Rows.DeleteTasks ?? []);
                _hasRows = _rows.Count > 0;
            }
            if (!_ending.Remove(turn.Execution.Key))
                return;
            held = _held.FindAll(w => w.Key.Key == turn.Execution.Key);
            _held.RemoveAll(w => w.Key.Key == turn.Execution.Key);
        }
        foreach (CarefulWork work in held)
        {
            if (committed && IsOver(turn, work.Key))
                work.Skip();
            else
                Run(work);
        }
    }

    /// <summary>The node stops: turns that wait run without care to their commit, activities are left to the next start.</summary>
    public void Stop()
    {
        LinkedList<CarefulWork> waiting;
        lock (_gate)
            waiting = TurnOff_NeedsLock();
        foreach (CarefulWork work in waiting)
        {
            if (work.Key.Task == TurnTask)
                _partition.Node.Scheduler.Queue(static w => w.Run(), work);
            else
                work.Skip();
        }
    }

    public void Dispose() => _tick.Dispose();

    private void OnTick()
    {
        LinkedList<CarefulWork> released = [];
        lock (_gate)
        {
            if (!_isOn)
                return;
            TimeProvider time = _partition.Node.Time;
            long now = time.GetTimestamp();
            foreach ((TaskKey key, long since) in _running.ToArray())
            {
                if (since == NotBegun || time.GetElapsedTime(since, now) < WaitFor_NeedsLock(key))
                    continue;
                _running.Remove(key);
                _suspectRuns = false;
            }
            Pump_NeedsLock();
            if (time.GetElapsedTime(_openedAt, now) >= Settings.CarefulFor && !_suspectRuns && !_waiting.Any(w => IsSuspect_NeedsLock(w.Key)))
                released = TurnOff_NeedsLock();
        }
        foreach (CarefulWork work in released)
            _partition.Node.Scheduler.Queue(static w => w.Run(), work);
    }

    private static bool IsOver(Turn ending, TaskKey key) =>
        key.Key == ending.Execution.Key && (ending.Ended || key.Generation < ending.Execution.Generation);

    private LinkedList<CarefulWork> TurnOff_NeedsLock()
    {
        _isOn = false;
        _tick.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        LinkedList<CarefulWork> waiting = _waiting;
        _waiting = [];
        return waiting;
    }

    private void DeleteRows_NeedsLock(Turn turn, Predicate<TaskKey> which)
    {
        foreach (TaskKey key in _rows.Where(k => which(k)).ToArray())
        {
            _rows.Remove(key);
            _deaths.Remove(key);
            (turn.Rows.DeleteTasks ??= []).Add(key);
        }
        _hasRows = _rows.Count > 0;
    }

    /// <summary>In line under the lock, so that a row never comes after the turn that deletes it.</summary>
    private void Pump_NeedsLock()
    {
        while (!_suspectRuns && _running.Count < Settings.CarefulWorkMax && _waiting.First is { Value: var next })
        {
            bool suspect = IsSuspect_NeedsLock(next.Key);
            if (suspect && _running.Count > 0)
                return;
            _waiting.RemoveFirst();
            _suspectRuns = suspect;
            _running[next.Key] = NotBegun;
            _rows.Add(next.Key);
            _hasRows = true;
            Node node = _partition.Node;
            TaskRow row = new(
                _partition.Number, next.Key.Key, next.Key.Generation, next.Key.Task, node.Number,
                _deaths.GetValueOrDefault(next.Key));
            PutInLine_NeedsLock(
                new TurnRows { Partition = _partition.Number, InsertTasks = [row] }, () => Begin(next), next.Skip);
        }
    }

    /// <summary>By itself, in line behind whatever inserts it.</summary>
    private void DeleteRow_NeedsLock(TaskKey key)
    {
        if (!_rows.Remove(key))
            return;
        _deaths.Remove(key);
        _hasRows = _rows.Count > 0;
        PutInLine_NeedsLock(
            new TurnRows { Partition = _partition.Number, DeleteTasks = [key] }, static () => { }, static () => { });
    }

    private void Free_NeedsLock(TaskKey key)
    {
        if (!_running.Remove(key))
            return;
        _suspectRuns = false;
        Pump_NeedsLock();
    }

    private void PutInLine_NeedsLock(TurnRows rows, Action committed, Action unwanted)
    {
        int opening = _opening;
        RowsEntry entry = new(_partition, rows, committed, (dropped, _) => WriteAgain(dropped, unwanted, opening));
        _partition.Node.LaneOf(_partition).Enqueue(entry);
    }

    /// <summary>The more deaths, the longer the others keep away, so that a slow killer is seen for what it is.</summary>
    private TimeSpan WaitFor_NeedsLock(TaskKey key)
    {
        int doublings = Math.Clamp(_deaths.GetValueOrDefault(key) - 1, 0, 10);
        TimeSpan wait = Settings.CarefulWait * (1 << doublings);
        return wait < Settings.CarefulWaitMax ? wait : Settings.CarefulWaitMax;
    }

    private bool IsSuspect_NeedsLock(TaskKey key) => _deaths.GetValueOrDefault(key) > 0;

    private void Begin(CarefulWork work)
    {
        lock (_gate)
        {
            if (_running.ContainsKey(work.Key))
                _running[work.Key] = _partition.Node.Time.GetTimestamp();
        }
        _partition.Node.Scheduler.Queue(static w => w.Run(), work);
    }

    /// <summary>Rows behind it may delete it, so it goes first again; of a partition that was opened anew it is not wanted.</summary>
    private void WriteAgain(RowsEntry dropped, Action unwanted, int opening)
    {
        lock (_gate)
        {
            bool isWanted = dropped.Rows.InsertTasks is not [var row] || _rows.Contains(new TaskKey(row.Key, row.Generation, row.Task));
            if (opening == _opening && isWanted && !dropped.IsStale)
            {
                _partition.Node.LaneOf(_partition).Enqueue(dropped);
                return;
            }
        }
        unwanted();
    }
}

/// <summary>Work that careful mode lets through.</summary>
/// <param name="Key">The activity, or the turn.</param>
/// <param name="What">The same for people.</param>
/// <param name="Run">Runs it.</param>
/// <param name="Fail">Fails it: too many processes died of it.</param>
/// <param name="Skip">Lets go of what it holds: it will not run.</param>
internal sealed record CarefulWork(TaskKey Key, string What, Action Run, Action<FailureDetails> Fail, Action Skip);
