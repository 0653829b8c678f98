using System.Diagnostics.CodeAnalysis;
using Perdure.Core.History;

namespace Perdure.Core.Orchestrations;

/// <summary>
/// A call that code made before a rewind made that void: an activity or sub-orchestration, over all its attempts.
/// </summary>
/// <param name="First">The task of its first attempt: it names the call.</param>
/// <param name="Asked">
/// The attempt that was asked for last. A sub-orchestration that it started still answers under this task.
/// </param>
/// <param name="Result">What it returned; null if it failed or had not ended.</param>
internal sealed record FormerCall(int First, HistoryEvent Asked, Payload? Result);

/// <summary>
/// The void calls of an execution that was rewound. When its code asks for the same again it is the same call, not
/// another one: a result that is known is not worked out again, an activity keeps its idempotency key, and a
/// sub-orchestration goes on instead of being started beside itself. Which call is the same is decided once, when the
/// code asks; the history says it with the first task of the call.
/// </summary>
internal sealed class FormerCalls
{
    /// <summary>Not asked for again yet, in the order in which they were first asked for.</summary>
    private readonly List<FormerCall> _free = [];

    /// <summary>Asked for again, by the task that they have now.</summary>
    private readonly Dictionary<int, FormerCall> _again = [];

    /// <summary>Tasks under which sub-orchestrations answer to those that they have now.</summary>
    private readonly Dictionary<int, int> _answers = [];

    /// <summary>What the rewind makes void of the history before it is added.</summary>
    public void Void(IEnumerable<StoredTurn> before, int from)
    {
        Dictionary<int, int> calls = [];
        SortedDictionary<int, FormerCall> former = [];
        foreach (HistoryEvent e in before.SelectMany(t => t.Events))
        {
            switch (e)
            {
                case HistoryEvent.TaskScheduled x when x.Task >= from: Note(x.Task, x.FirstTask, e); break;
                case HistoryEvent.SubOrchestrationInstanceCreated { Detached: false } x when x.Task >= from:
                    Note(x.Task, x.FirstTask, e);
                    break;
                case HistoryEvent.TaskCompleted x when x.Task >= from: Returned(x.Task, x.Result); break;
                case HistoryEvent.SubOrchestrationInstanceCompleted x when x.Task >= from:
                    Returned(x.Task, x.Result);
                    break;
            }
        }
        _free.AddRange(former.Values);

        void Note(int task, int first, HistoryEvent asked)
        {
            calls[task] = first;
            _again.Remove(task, out FormerCall? earlier);
            bool isAdopted = earlier is { Asked: HistoryEvent.SubOrchestrationInstanceCreated };
            if (isAdopted)
                _answers.Remove(TaskOf(earlier!.Asked));
            former[first] = new FormerCall(
                first, isAdopted ? earlier!.Asked : asked, former.GetValueOrDefault(first)?.Result ?? earlier?.Result);
        }

        void Returned(int task, Payload result) => former[calls[task]] = former[calls[task]] with { Result = result };
    }

    /// <summary>Nothing that is void is ever the same as what the code asks for from now on.</summary>
    public void Forget(int from)
    {
        _free.Clear();
        foreach (int task in _again.Keys.Where(t => t >= from).ToArray())
            _again.Remove(task);
        foreach (int former in _answers.Where(a => a.Value >= from).Select(a => a.Key).ToArray())
            _answers.Remove(former);
    }

    /// <summary>
    /// The rewind is done, and these tasks are open. An attempt that runs again needs no later attempts of the same
    /// call, unless one of them has succeeded: then that is its result.
    /// </summary>
    public void Reopen(OpenTasks open)
    {
        foreach (HistoryEvent opened in open.All)
        {
            if (FirstOf(opened) is not { } first || !TakeFree(first, out FormerCall? call))
                continue;
            if (call.Result is not null)
                _again[TaskOf(opened)] = call;
        }
    }

    /// <summary>The call with the name that it had, if there was one; else as it is.</summary>
    public HistoryEvent.TaskScheduled Same(HistoryEvent.TaskScheduled asked)
    {
        int first = Known(asked.FirstTask);
        if (first == asked.Task)
        {
            first = _free.Find(c => c.Asked is HistoryEvent.TaskScheduled x && x.Name == asked.Name
                && x.Input.Equals(asked.Input))?.First ?? first;
        }
        return asked with { FirstTask = first };
    }

    /// <summary>
    /// The call with the name, the instance and the version that it had, if there was one; else as it is.
    /// </summary>
    public HistoryEvent.SubOrchestrationInstanceCreated Same(
        HistoryEvent.SubOrchestrationInstanceCreated asked, string executionId)
    {
        if (asked.Detached)
            return asked;
        int first = Known(asked.FirstTask);
        FormerCall? former = _free.Find(c => first == asked.Task
            ? c.Asked is HistoryEvent.SubOrchestrationInstanceCreated x && x.Name == asked.Name
                && HasSameVersion(x) && x.Input.Equals(asked.Input) && HasSameId(x)
            : c.First == first);
        return former is { Asked: HistoryEvent.SubOrchestrationInstanceCreated child }
            ? asked with { FirstTask = former.First, InstanceId = child.InstanceId, Version = child.Version }
            : asked with { FirstTask = first };

        // What new instances get may have changed since: that makes no other call of it.
        bool HasSameVersion(HistoryEvent.SubOrchestrationInstanceCreated x) =>
            !asked.VersionNamed || x.Version == asked.Version;

        bool HasSameId(HistoryEvent.SubOrchestrationInstanceCreated x) =>
            x.InstanceId == asked.InstanceId || (IsGenerated(x) && IsGenerated(asked));

        bool IsGenerated(HistoryEvent.SubOrchestrationInstanceCreated x) => x.InstanceId == $"{executionId}:{x.Task}";
    }

    /// <summary>The code asks for a task that the history names the attempt of a call.</summary>
    public void Ask(int task, int first)
    {
        if (first == task || !TakeFree(first, out FormerCall? call))
            return;
        _again[task] = call;
        if (call is { Result: null, Asked: HistoryEvent.SubOrchestrationInstanceCreated child })
            _answers[child.Task] = task;
    }

    /// <summary>Whether the task, as it is now, is a call of before.</summary>
    public bool TryGet(int task, [NotNullWhen(true)] out FormerCall? call) => _again.TryGetValue(task, out call);

    /// <summary>The task of now for the one under which a sub-orchestration answers.</summary>
    public int AnswerOf(int task) => _answers.GetValueOrDefault(task, task);

    /// <summary>
    /// Whether a sub-orchestration is open whose result is known: nobody but the execution itself will bring it.
    /// </summary>
    public bool KnowsAnswerIn(OpenTasks open) => _again.Count > 0 && open.All.Any(
        e => e is HistoryEvent.SubOrchestrationInstanceCreated x
            && _again.TryGetValue(x.Task, out FormerCall? call) && call.Result is not null);

    public override string ToString() =>
        $"{string.Join("; ", _free)} again {string.Join("; ", _again.OrderBy(a => a.Key))} answers "
        + string.Join("; ", _answers.OrderBy(a => a.Key));

    /// <summary>Later attempts of a call name the task that its first attempt has now.</summary>
    private int Known(int first) => _again.TryGetValue(first, out FormerCall? call) ? call.First : first;

    private bool TakeFree(int first, [NotNullWhen(true)] out FormerCall? call)
    {
        int i = _free.FindIndex(c => c.First == first);
        call = i < 0 ? null : _free[i];
        if (i >= 0)
            _free.RemoveAt(i);
        return i >= 0;
    }

    private static int TaskOf(HistoryEvent asked) => asked switch
    {
        HistoryEvent.TaskScheduled x => x.Task,
        HistoryEvent.SubOrchestrationInstanceCreated x => x.Task,
        _ => -1,
    };

    private static int? FirstOf(HistoryEvent opened) => opened switch
    {
        HistoryEvent.TaskScheduled x => x.FirstTask,
        HistoryEvent.SubOrchestrationInstanceCreated x => x.FirstTask,
        _ => null,
    };
}
