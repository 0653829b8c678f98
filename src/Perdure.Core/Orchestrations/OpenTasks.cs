using System.Diagnostics.CodeAnalysis;
using Perdure.Core.History;

namespace Perdure.Core.Orchestrations;

/// <summary>
/// The tasks of an execution that are not resolved: task id to the event that opened it. Nearly every instance has a
/// few, some have ten thousand; so it is a short list first and a dictionary when it grows.
/// </summary>
internal sealed class OpenTasks
{
    private const int ListMax = 8;

    private readonly List<(int Task, HistoryEvent Opened)> _list = [];
    private Dictionary<int, HistoryEvent>? _many;

    public int Count => _many?.Count ?? _list.Count;

    /// <summary>How many of them are activities: while there are some, recovery owes the instance something.</summary>
    public int Activities { get; private set; }

    public IEnumerable<HistoryEvent> All => _many is null ? _list.Select(t => t.Opened) : _many.OrderBy(t => t.Key).Select(t => t.Value);

    public void Add(int task, HistoryEvent opened)
    {
        if (opened is HistoryEvent.TaskScheduled)
            Activities++;
        if (_many is null && _list.Count == ListMax)
        {
            _many = _list.ToDictionary(t => t.Task, t => t.Opened);
            _list.Clear();
        }
        if (_many is null)
            _list.Add((task, opened));
        else
            _many.Add(task, opened);
    }

    public bool TryGet(int task, [NotNullWhen(true)] out HistoryEvent? opened)
    {
        if (_many is not null)
            return _many.TryGetValue(task, out opened);
        int i = IndexOf(task);
        opened = i < 0 ? null : _list[i].Opened;
        return i >= 0;
    }

    public void Remove(int task)
    {
        if (!TryGet(task, out HistoryEvent? opened))
            return;
        if (opened is HistoryEvent.TaskScheduled)
            Activities--;
        if (_many is not null)
            _many.Remove(task);
        else
            _list.RemoveAt(IndexOf(task));
    }

    public void Clear()
    {
        _list.Clear();
        _many = null;
        Activities = 0;
    }

    private int IndexOf(int task)
    {
        for (int i = 0; i < _list.Count; i++)
        {
            if (_list[i].Task == task)
                return i;
        }
        return -1;
    }
}
