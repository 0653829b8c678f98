using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>Timers: the near ones in memory, one tick for all of them, never before their time.</summary>
internal sealed partial class Partition
{
    public static readonly TimeSpan ReadPause = TimeSpan.FromSeconds(1);

    private void Arm(TimerRow timer)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _timers.Arm(timer);
            SetTick_NeedsLock();
        }
    }

    private void Disarm(TimerKey timer)
    {
        lock (_gate)
            _timers.Disarm(timer);
    }

    private void OnTimerTick()
    {
        List<TimerRow> due = [];
        long epoch;
        bool refill;
        lock (_gate)
        {
            if (_closed || _held is not null)
                return;
            _armedFor = long.MaxValue;
            epoch = _epoch;
            long now = _node.Now;
            while (_timers.TakeDue(now) is { } timer)
                due.Add(timer);
            refill = _timers.Horizon.Due - now <= _node.Settings.TimerHorizon.TotalMilliseconds / 2;
            SetTick_NeedsLock();
        }
        foreach (TimerRow timer in due)
            Fire(timer, epoch);
        if (refill)
            _ = RefillTimersAsync();
    }

    private void Fire(TimerRow timer, long epoch)
    {
        Resident? claimed;
        lock (_gate)
        {
            // Whoever opened the partition since reads the timer again.
            if (_closed || _held is not null || _epoch != epoch)
                return;
            claimed = Put_NeedsLock(timer.Target, TimerBodies.Decode(timer), isNew: false);
        }
        GoOn(claimed);
    }

    /// <summary>Moves the horizon first and then reads up to it, so that no timer falls between the two.</summary>
    private async Task RefillTimersAsync()
    {
        (long Due, long Number) from;
        long to;
        object mine = new();
        lock (_gate)
        {
            if (_refill is not null || _closed)
                return;
            _refill = mine;
            from = _timers.Horizon;
            to = _node.Now + (long)_node.Settings.TimerHorizon.TotalMilliseconds;
            _timers.MoveHorizon(to, long.MinValue);
            _timers.BeginRefill();
        }
        IReadOnlyList<TimerRow> rows = [];
        bool read = false;
        int max = _node.Settings.TimersPerRead;
        try
        {
            rows = await _node.Store.ReadTimersAsync(Number, to, from.Due, from.Number, max, CancellationToken.None);
            read = true;
        }
        catch (StoreException e)
        {
            _logger.TimersNotRead(Number, e);
        }
        lock (_gate)
        {
            // The partition was opened again meanwhile, and what is near is read anew.
            if (_refill != mine)
                return;
            _timers.EndRefill(rows);
            _refill = null;
            if (read && rows.Count == max)
                _timers.MoveHorizon(rows[^1].Key.Due, rows[^1].Key.Number);
            if (read)
                SetTick_NeedsLock();
            else
                ReadAgainLater_NeedsLock(from);
        }
    }

    private void ReadAgainLater_NeedsLock((long Due, long Number) horizon)
    {
        _timers.MoveHorizon(horizon.Due, horizon.Number);
        _armedFor = _node.Now + (long)ReadPause.TotalMilliseconds;
        if (!_closed)
            _timerTick.SetTo(_armedFor);
    }

    private void SetTick_NeedsLock()
    {
        if (_closed)
            return;
        long now = _node.Now;
        long horizon = (long)_node.Settings.TimerHorizon.TotalMilliseconds;
        // Half-way to the horizon at the latest, because then more is read.
        long at = Math.Min(_timers.NextDue ?? long.MaxValue, Math.Max(now, _timers.Horizon.Due - horizon / 2));
        if (at >= _armedFor && _armedFor > now)
            return;
        _armedFor = at;
        _timerTick.SetTo(at);
    }
}
