using Perdure.Core.Identity;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>
/// Careful mode of one opening: after the second unclean opening in a row a row in <c>tasks</c> is written before user
/// code runs, a few at a time, and alone what was running when a process died. The next opening counts one death for
/// each piece of work that the dead process had begun. So work that kills its process is found and failed, innocent
/// work is not, and normally counting costs nothing.
/// <para>
/// A row stands for an execution that is durable and not ending: work comes here only when all that it rests on is
/// committed, and its row goes, in line before the ending. So rows never depend on what else is in line.
/// </para>
/// <para>
/// What kills, kills soon: work that has run for a while keeps its row but makes nobody wait any more, and a process
/// that has lived for a while is careful no longer. So a long activity neither blocks its partition nor slows it for
/// good.
/// </para>
/// </summary>
internal sealed class Care
{
    /// <summary>Stands in for the task id of a turn.</summary>
    public const int TurnTask = -1;

    private const int UncleanOpeningsMin = 2;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly Partition _partition;
    private readonly Lock _gate;
    private readonly Dictionary<TaskKey, int> _deaths = [];

    /// <summary>
    /// The rows that are written or in line, and who runs for them: nobody, if a process before left them.
    /// </summary>
    private readonly Dictionary<TaskKey, CarefulWork?> _rows = [];

    private readonly LinkedList<CarefulWork> _waiting = [];
    private readonly ITimer? _tick;
    private readonly long _openedAt;
    private int _blocking;
    private bool _suspectRuns;
    private volatile bool _isOn;
    private volatile bool _hasRows;

    /// <param name="partition">The partition.</param>
    /// <param name="gate">Its lock, which guards everything here.</param>
    /// <param name="opening">What opening it has found; null before.</param>
    public Care(Partition partition, Lock gate, PartitionOpening? opening)
    {
        (_partition, _gate) = (partition, gate);
        foreach (TaskRow row in opening?.Tasks ?? [])
        {
            TaskKey key = new(row.Key, row.Generation, row.Task);
            _deaths[key] = row.Deaths;
            _rows[key] = null;
        }
        _hasRows = _rows.Count > 0;
        _isOn = opening?.Unclean >= UncleanOpeningsMin || _deaths.Values.Any(d => d > 0);
        _openedAt = Time.GetTimestamp();
        // What a process left that stopped, or lost the partition, between the end of its work and the end of the row.
        if (_isOn || _rows.Keys.Any(k => k.Key < 0))
            _tick = Time.CreateTimer(static c => ((Care)c!).OnTick(), this, Tick, Tick);
    }

    /// <summary>New work goes through <see cref="Run"/>.</summary>
    public bool IsOn => _isOn;

    private TimeProvider Time => _partition.Node.Time;
    private RuntimeSettings Settings => _partition.Node.Settings;
    private Lane Lane => _partition.Node.LaneOf(_partition);

    /// <summary>Nothing is careful, and no row is left to be deleted with what it stands for.</summary>
    private bool IsIdle => !_isOn && !_hasRows;

    public static TaskKey KeyOf(ExecutionKey execution) => new(execution.Key, execution.Generation, TurnTask);

    /// <summary>
    /// The operations of an entity: a number that is made of its id, and below those of instances, which are drawn.
    /// </summary>
    public static TaskKey KeyOf(string entityId) => new(EntityInstanceIds.TaskKey(entityId), 0, TurnTask);

    /// <summary>Runs the work once its row is durable, or fails it when too many processes died of it.</summary>
    public void Run(CarefulWork work)
    {
        int deaths;
        bool waits;
        lock (_gate)
        {
            deaths = _deaths.GetValueOrDefault(work.Key);
            waits = _isOn && deaths < Settings.Limits.DeathsMax;
            if (waits)
                _waiting.AddLast(work);
        }
        if (waits)
            Pump();
        else if (deaths >= Settings.Limits.DeathsMax)
            work.Fail(Failures.PoisonWork(work.What, deaths));
        else
            work.Run();
    }

    /// <summary>
    /// The work has ended and killed nobody, so its row goes at once, by itself: if it waited for the turn that takes
    /// the result, the next death would be counted against everything that is finished and waits.
    /// </summary>
    public void Done(TaskKey key)
    {
        if (IsIdle)
            return;
        lock (_gate)
            Delete_NeedsLock(key);
        Pump();
    }

    /// <summary>The operations of an entity have ended; what names them is worked out only if somebody cares.</summary>
    public void Done(string entityId)
    {
        if (!IsIdle)
            Done(KeyOf(entityId));
    }

    /// <summary>The turn ends an execution and is about to stand in line: the rows go before it.</summary>
    public void Leave(OrchestrationTurn turn)
    {
        if (IsIdle || !(turn.Ended || turn.MovedGeneration))
            return;
        lock (_gate)
        {
            foreach (TaskKey key in _rows.Keys.Where(k => IsOver(turn, k)).ToArray())
                Delete_NeedsLock(key);
        }
        Pump();
    }

    /// <summary>
    /// The node stops: turns that wait run without care to their commit, activities are left to the next start.
    /// </summary>
    public void Stop()
    {
        foreach (CarefulWork work in TurnOff())
            _partition.Node.Scheduler.Queue(
                work.Key.Task == TurnTask ? static w => w.Run() : static w => w.Skip(), work);
    }

    /// <summary>
    /// The partition is opened anew, or closed: what waits never begins. What is in line is told so itself.
    /// </summary>
    public void Close_NeedsLock()
    {
        foreach (CarefulWork work in _waiting)
            _partition.Node.Scheduler.Queue(static w => w.Skip(), work);
        _isOn = _hasRows = false;
        _waiting.Clear();
        _rows.Clear();
        _deaths.Clear();
        _tick?.Dispose();
    }

    /// <summary>The row is durable.</summary>
    public void Begin(CarefulWork work)
    {
        bool runs, skips;
        lock (_gate)
        {
            bool counts = _rows.TryGetValue(work.Key, out CarefulWork? marked) && marked == work;
            bool wanted = work.IsWanted_NeedsLock();
            if (counts && !wanted)
                Delete_NeedsLock(work.Key);
            runs = wanted && (counts || !_isOn);
            skips = !wanted;
            if (runs)
                work.Began = Time.GetTimestamp();
            else if (wanted)
                // The row went before an ending that was not written: it needs another.
                _waiting.AddFirst(work);
        }
        if (runs)
            _partition.Node.Scheduler.Queue(static w => w.Run(), work);
        else if (skips)
            work.Skip();
        Pump();
    }

    private static bool IsOver(OrchestrationTurn ending, TaskKey key) =>
        key.Key == ending.Execution.Key && (ending.Ended || key.Generation < ending.Execution.Generation);

    private void OnTick()
    {
        bool isOver;
        lock (_gate)
        {
            long now = Time.GetTimestamp();
            foreach (CarefulWork work in _rows.Values.OfType<CarefulWork>())
            {
                if (work is { Blocks: true, Began: { } since } && Time.GetElapsedTime(since, now) >= WaitFor(work.Key))
                    Free_NeedsLock(work);
            }
            isOver = Time.GetElapsedTime(_openedAt, now) >= Settings.CarefulFor && !_suspectRuns
                && !_waiting.Any(w => IsSuspect(w.Key));
            if (isOver)
                ForgetEntities_NeedsLock();
        }
        if (!isOver)
        {
            Pump();
            return;
        }
        foreach (CarefulWork work in TurnOff())
            _partition.Node.Scheduler.Queue(static w => w.Run(), work);
        Lane.Go();
    }

    /// <summary>
    /// An orchestration that owes work is found again, an entity only by its mail: a row whose operation is gone,
    /// because the store refused the signal while the process died, stands for nothing.
    /// </summary>
    private void ForgetEntities_NeedsLock()
    {
        TaskKey[] left = [.. _rows.Where(r => r is { Value: null, Key.Key: < 0 }).Select(r => r.Key)];
        foreach (TaskKey key in left)
            Delete_NeedsLock(key);
    }

    private CarefulWork[] TurnOff()
    {
        lock (_gate)
        {
            CarefulWork[] waiting = [.. _waiting];
            _waiting.Clear();
            _isOn = false;
            _tick?.Dispose();
            return waiting;
        }
    }

    private void Pump()
    {
        List<CarefulWork> unwanted = [];
        lock (_gate)
        {
            while (!_suspectRuns && _blocking < Settings.CarefulWorkMax && _waiting.First is { Value: var next })
            {
                if (IsSuspect(next.Key) && _blocking > 0)
                    break;
                _waiting.RemoveFirst();
                if (next.IsWanted_NeedsLock())
                    Insert_NeedsLock(next);
                else
                    unwanted.Add(next);
            }
        }
        Lane.Go();
        foreach (CarefulWork work in unwanted)
            work.Skip();
    }

    private void Insert_NeedsLock(CarefulWork work)
    {
        if (_rows.GetValueOrDefault(work.Key) is { } before)
            Free_NeedsLock(before);
        _rows[work.Key] = work;
        _hasRows = true;
        work.Blocks = true;
        _blocking++;
        _suspectRuns = IsSuspect(work.Key);
        TaskRow row = new(
            _partition.Number, work.Key.Key, work.Key.Generation, work.Key.Task, _partition.Node.Number,
            _deaths.GetValueOrDefault(work.Key));
        Lane.Append(new TaskBegins(this, work, _partition, row));
    }

    private void Delete_NeedsLock(TaskKey key)
    {
        if (!_rows.Remove(key, out CarefulWork? work))
            return;
        if (work is not null)
            Free_NeedsLock(work);
        _deaths.Remove(key);
        _hasRows = _rows.Count > 0;
        Lane.Append(new TaskEnds(_partition, key));
    }

    private void Free_NeedsLock(CarefulWork work)
    {
        if (!work.Blocks)
            return;
        work.Blocks = false;
        _blocking--;
        _suspectRuns = false;
    }

    /// <summary>
    /// The more deaths, the longer the others keep away, so that a slow killer is seen for what it is.
    /// </summary>
    private TimeSpan WaitFor(TaskKey key)
    {
        int doublings = Math.Clamp(_deaths.GetValueOrDefault(key) - 1, 0, 10);
        TimeSpan wait = Settings.CarefulWait * (1 << doublings);
        return wait < Settings.CarefulWaitMax ? wait : Settings.CarefulWaitMax;
    }

    private bool IsSuspect(TaskKey key) => _deaths.GetValueOrDefault(key) > 0;
}
