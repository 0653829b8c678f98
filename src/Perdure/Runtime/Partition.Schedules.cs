using Perdure.Core.Messages;
using Perdure.Core.Timers;
using Perdure.Runtime.Timers;

namespace Perdure.Runtime;

/// <summary>Timers that trigger functions: those whose ids belong here.</summary>
internal sealed partial class Partition
{
    private readonly Dictionary<string, TimerSource> _schedules = new(StringComparer.Ordinal);

    /// <summary>What a timer knows, as memory has it; null when it is not here; for tests.</summary>
    public TimerState? TimerHere(string id)
    {
        lock (_gate)
            return _schedules.GetValueOrDefault(id)?.State_NeedsLock;
    }

    /// <summary>Lets the functions of this program run by their schedules.</summary>
    private void OpenTimers_NeedsLock()
    {
        foreach (string id in _node.Functions.Timers.Select(f => TimerIds.Of(f.Consumer.Name))
            .Where(id => _node.PartitionOf(id) == this))
            Timer_NeedsLock(id);
    }

    private TimerSource Timer_NeedsLock(string id)
    {
        if (_schedules.TryGetValue(id, out TimerSource? timer))
            return timer;
        _schedules.Add(id, timer = new TimerSource(id, this));
        timer.Open();
        return timer;
    }

    private void Put_NeedsLock(string target, Message.TimerOrder order) =>
        Timer_NeedsLock(target).Put_NeedsLock(order);

    /// <summary>What timers were told before they were read, and somebody waits for.</summary>
    private IEnumerable<(string Id, Message Message, bool IsNew)> EarlyOrders_NeedsLock() =>
        from timer in _schedules.Values
        from order in timer.Unanswered_NeedsLock
        select (timer.TimerId, (Message)order, false);

    private void AbandonTimers_NeedsLock()
    {
        foreach (TimerSource timer in _schedules.Values)
            timer.Abandon_NeedsLock();
        _schedules.Clear();
    }
}
