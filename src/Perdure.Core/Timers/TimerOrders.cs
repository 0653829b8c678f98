using Perdure.Core.Messages;

namespace Perdure.Core.Timers;

/// <summary>What becomes of a timer when somebody tells it to do something.</summary>
internal static class TimerOrders
{
    /// <summary>How many occurrences may be asked for that have not begun.</summary>
    public const int AskedMax = 100;

    /// <param name="state">The timer.</param>
    /// <param name="order">What it is told.</param>
    /// <param name="function">Null when this program does not have it: then it runs when one comes that has.</param>
    /// <param name="now">The time.</param>
    public static (TimerState State, RequestOutcome Outcome) Apply(
        TimerState state, Message.TimerOrder order, TimerConsumer? function, long now)
    {
        TimerState next = order.Kind switch
        {
            TimerOrderKind.Pause => state with { IsPaused = true },
            TimerOrderKind.Resume => state.IsPaused ? Resume(state, function, now) : state,
            _ => state,
        };
        if (order.OccurrenceId is not { } id)
            return (next == state ? state : next with { UpdatedAt = now }, RequestOutcome.Accepted);
        bool isBusy = state.Current is not null || state.Asked.Count > 0;
        if (order.Kind == TimerOrderKind.Run && isBusy && function is { Overlap: TimerOverlap.Skip })
            return (state, RequestOutcome.WrongState);
        if (state.Asked.Count >= AskedMax)
            return (state, RequestOutcome.Busy);
        return (
            state with { Asked = [.. state.Asked, new Occurrence(id, order.Time)], UpdatedAt = now },
            RequestOutcome.Accepted);
    }

    /// <summary>What has passed meanwhile does not run: that is what a pause is for.</summary>
    private static TimerState Resume(TimerState state, TimerConsumer? function, long now) => state with
    {
        IsPaused = false,
        EachUntil = 0,
        Next = function is null ? 0 : state.Next > now ? state.Next : function.Schedule.After(state.Next, now),
    };
}
