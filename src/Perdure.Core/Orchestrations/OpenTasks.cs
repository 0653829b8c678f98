using System.Diagnostics.CodeAnalysis;
using Perdure.Core.History;

namespace Perdure.Core.Orchestrations;

/// <summary>The tasks of an execution that are not resolved: task id to the event that opened it.</summary>
internal sealed class OpenTasks
{
    private TaskMap<HistoryEvent> _tasks;

    public int Count => _tasks.Count;

    /// <summary>How many of them are activities: while there are some, recovery owes the instance something.</summary>
    public int Activities { get; private set; }

    /// <summary>In the order in which they were asked for.</summary>
    public IEnumerable<HistoryEvent> All => _tasks.Values;

    public void Add(int task, HistoryEvent opened)
    {
        _tasks.Add(task, opened);
        if (opened is HistoryEvent.TaskScheduled)
            Activities++;
    }

    public bool TryGet(int task, [NotNullWhen(true)] out HistoryEvent? opened) => _tasks.TryGet(task, out opened);

    public void Remove(int task)
    {
        if (_tasks.Remove(task, out HistoryEvent? opened) && opened is HistoryEvent.TaskScheduled)
            Activities--;
    }

    public void Clear()
    {
        _tasks.Clear();
        Activities = 0;
    }
}
