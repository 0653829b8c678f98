using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>
/// Careful mode: after the second unclean opening in a row a row in <c>tasks</c> is written before user code runs, a few at
/// a time, and alone what was running when a process died. The next opening counts one death for each row that it finds.
/// So work that kills its process is found and failed, innocent work is not, and normally counting costs nothing.
/// </summary>
internal sealed class Care(Partition partition)
{
    /// <summary>Stands in for the task id of a turn.</summary>
    public const int TurnTask = -1;

    private const int UncleanOpeningsMin = 2;

    private readonly Lock _gate = new();
    private readonly Dictionary<TaskKey, int> _deaths = [];
    private readonly HashSet<TaskKey> _rows = [];
    private readonly HashSet<TaskKey> _running = [];
    private readonly Queue<Guarded> _waiting = new();
    private readonly HashSet<TaskKey> _unwanted = [];
    private volatile bool _isOn;
    private bool _suspectRuns;

    private sealed record Guarded(TaskKey Key, string What, Action Run, Action<FailureDetails> Fail);

    public bool IsOn => _isOn;

    public static TaskKey KeyOf(ExecutionKey execution) => new(execution.Key, execution.Generation, TurnTask);

    public void Open(PartitionOpening opening)
    {
        lock (_gate)
        {
            _deaths.Clear();
            _rows.Clear();
            _running.Clear();
            _waiting.Clear();
            _unwanted.Clear();
            _suspectRuns = false;
            foreach (TaskRow row in opening.Tasks)
            {
                TaskKey key = new(row.Key, row.Generation, row.Task);
                _deaths[key] = row.Deaths;
                _rows.Add(key);
            }
            _isOn = opening.Unclean >= UncleanOpeningsMin || opening.Tasks.Count > 0;
        }
    }

    /// <summary>Runs the work once its row is durable, or fails it when too many processes died of it.</summary>
    public void Run(TaskKey key, string what, Action run, Action<FailureDetails> fail)
    {
        int deaths;
        lock (_gate)
            deaths = _deaths.GetValueOrDefault(key);
        if (deaths >= partition.Node.Settings.Limits.DeathsMax)
        {
            fail(Failures.PoisonWork(what, deaths));
            return;
        }
        lock (_gate)
            _waiting.Enqueue(new Guarded(key, what, run, fail));
        Pump();
    }

    /// <summary>The work has ended; its row goes with the turn that takes the result.</summary>
    public void Done(TaskKey key)
    {
        if (!_isOn)
            return;
        lock (_gate)
        {
            if (!_running.Remove(key))
                return;
            _suspectRuns = false;
        }
        Pump();
    }

    public void TurnDone(Turn turn, ExecutionKey execution)
    {
        if (!_isOn)
            return;
        TaskKey key = KeyOf(execution);
        lock (_gate)
        {
            // Overtaken while it waited for its turn: it must not run any more.
            if (!_running.Contains(key) && _waiting.Any(w => w.Key == key))
                _unwanted.Add(key);
        }
        Done(key);
        DeleteRow(turn, key);
    }

    /// <summary>The work ended without a turn that takes its result: its row is deleted by itself.</summary>
    public void Forget(TaskKey key)
    {
        if (!_isOn)
            return;
        Done(key);
        lock (_gate)
        {
            if (!_rows.Remove(key))
                return;
        }
        RowsEntry entry = new(partition, new TurnRows { Partition = partition.Number, DeleteTasks = [key] },
            () => { }, (dropped, _) => partition.Node.LaneOf(partition).Enqueue(dropped));
        partition.Node.LaneOf(partition).Enqueue(entry);
    }

    /// <summary>The rows of results that the turn takes are not needed any more.</summary>
    public void Settle_NeedsLock(Turn turn)
    {
        if (!_isOn)
            return;
        foreach (Message.TaskDone done in turn.Taken.OfType<Message.TaskDone>())
            DeleteRow(turn, done.Task);
    }

    private void DeleteRow(Turn turn, TaskKey key)
    {
        lock (_gate)
        {
            if (!_rows.Remove(key))
                return;
            _deaths.Remove(key);
        }
        (turn.Rows.DeleteTasks ??= []).Add(key);
    }

    private void Pump()
    {
        while (Next() is { } next)
        {
            bool hasRow;
            lock (_gate)
                hasRow = !_rows.Add(next.Key);
            if (hasRow)
                next.Run();
            else
                Write(next);
        }
    }

    private void Write(Guarded work)
    {
        TaskRow row = new(partition.Number, work.Key.Key, work.Key.Generation, work.Key.Task, partition.Node.Number, 0);
        RowsEntry entry = new(partition, new TurnRows { Partition = partition.Number, InsertTasks = [row] },
            () => partition.Node.Scheduler.Queue(static w => w.Run(), work),
            (dropped, _) => partition.Node.LaneOf(partition).Enqueue(dropped));
        partition.Node.LaneOf(partition).Enqueue(entry);
    }

    private Guarded? Next()
    {
        lock (_gate)
        {
            Guarded? next;
            while (_waiting.TryPeek(out next) && _unwanted.Remove(next.Key))
                _waiting.Dequeue();
            if (next is null || _suspectRuns || _running.Count >= partition.Node.Settings.CarefulWorkMax)
                return null;
            bool suspect = _deaths.GetValueOrDefault(next.Key) > 0;
            if (suspect && _running.Count > 0)
                return null;
            _waiting.Dequeue();
            _suspectRuns = suspect;
            _running.Add(next.Key);
            return next;
        }
    }
}
