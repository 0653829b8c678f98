using System.Diagnostics.CodeAnalysis;

namespace Perdure.Core;

/// <summary>
/// Task ids to values. Nearly every execution has a few open tasks, some have ten thousand: so it is a short list first
/// and a dictionary when it grows, and an idle instance costs a few dozen bytes.
/// </summary>
internal struct TaskMap<T> where T : class
{
    private const int ListMax = 8;

    private List<KeyValuePair<int, T>>? _few;
    private Dictionary<int, T>? _many;

    public readonly int Count => _many?.Count ?? _few?.Count ?? 0;

    /// <summary>In the order of the ids.</summary>
    public readonly IEnumerable<T> Values => _many is not null
        ? _many.OrderBy(t => t.Key).Select(t => t.Value)
        : _few?.OrderBy(t => t.Key).Select(t => t.Value) ?? [];

    public void Add(int task, T value)
    {
        if (_many is null && _few?.Count == ListMax)
        {
            _many = new Dictionary<int, T>(_few);
            _few = null;
        }
        if (_many is null)
            (_few ??= new List<KeyValuePair<int, T>>(1)).Add(new(task, value));
        else
            _many.Add(task, value);
    }

    public readonly bool TryGet(int task, [NotNullWhen(true)] out T? value)
    {
        if (_many is not null)
            return _many.TryGetValue(task, out value);
        int i = IndexOf(task);
        value = i < 0 ? null : _few![i].Value;
        return i >= 0;
    }

    public readonly bool Remove(int task, [NotNullWhen(true)] out T? value)
    {
        if (_many is not null)
            return _many.Remove(task, out value);
        int i = IndexOf(task);
        value = i < 0 ? null : _few![i].Value;
        if (i >= 0)
            _few!.RemoveAt(i);
        return i >= 0;
    }

    public void Clear() => (_few, _many) = (null, null);

    private readonly int IndexOf(int task)
    {
        for (int i = 0; i < _few?.Count; i++)
        {
            if (_few[i].Key == task)
                return i;
        }
        return -1;
    }
}
