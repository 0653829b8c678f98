using Perdure.Core.Messages;

namespace Perdure.Runtime;

/// <summary>
/// The requests that wait for a turn, oldest first. A tick looks at those that have waited too long, so that an
/// acknowledgement never hangs on user code. The tick stands still while nothing waits.
/// </summary>
internal sealed class AckDeadlines : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private readonly Queue<(Resident Resident, Message Message, Request? Request, long Since)> _waiting = new();
    private readonly Partition _partition;
    private readonly ITimer _timer;
    private bool _armed;

    public AckDeadlines(Partition partition)
    {
        _partition = partition;
        _timer = partition.Node.Time.CreateTimer(static p => ((Partition)p!).OnAckTick(), partition,
            Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <param name="resident">The instance.</param>
    /// <param name="message">What is asked of it.</param>
    /// <param name="request">Who waits; null when it is somebody on another node.</param>
    public void Watch_NeedsLock(Resident resident, Message message, Request? request)
    {
        _waiting.Enqueue((resident, message, request, _partition.Node.Time.GetTimestamp()));
        if (_armed)
            return;
        _armed = true;
        _timer.Change(Tick, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The requests that are late, and arms the next tick.</summary>
    public List<(Resident Resident, Message Message, Request? Request)> TakeLate_NeedsLock(TimeSpan allowed)
    {
        List<(Resident, Message, Request?)> late = [];
        TimeProvider time = _partition.Node.Time;
        while (_waiting.TryPeek(out (Resident Resident, Message Message, Request? Request, long Since) first))
        {
            if (first.Request is not { IsAnswered: true })
            {
                if (time.GetElapsedTime(first.Since) < allowed)
                    break;
                late.Add((first.Resident, first.Message, first.Request));
            }
            _waiting.Dequeue();
        }
        _armed = _waiting.Count > 0;
        if (_armed)
            _timer.Change(Tick, Timeout.InfiniteTimeSpan);
        return late;
    }

    public void Dispose() => _timer.Dispose();
}
