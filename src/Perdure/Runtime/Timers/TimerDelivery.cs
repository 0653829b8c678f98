using Perdure.Core.Timers;

namespace Perdure.Runtime.Timers;

/// <summary>One run of the function of a timer.</summary>
/// <param name="source">The timer.</param>
/// <param name="state">The timer as it is; what runs is its current occurrence.</param>
internal sealed class TimerDelivery(TimerSource source, TimerState state) : Delivery(source.Partition)
{
    private readonly Occurrence _occurrence = state.Current!;

    private TimerConsumer Consumer => source.Function!.Consumer;

    public string OccurrenceId => _occurrence.Id;

    public DateTimeOffset OccurrenceTime => DateTimeOffset.FromUnixTimeMilliseconds(_occurrence.Time);

    public TimerInfo Info => new(
        new ScheduleStatus
        {
            Last = TimeOf(state.Last), Next = TimeOf(state.Next), LastUpdated = TimeOf(state.UpdatedAt),
        },
        _occurrence.IsPastDue,
        count => Consumer.Schedule.From(state.Next).Take(count).Select(TimeOf))
    {
        OccurrenceId = OccurrenceId,
        OccurrenceTime = OccurrenceTime.UtcDateTime,
    };

    public override string Origin => Consumer.Name;

    public override RetryContext Retries => new(_occurrence.Failures, Consumer.Retries.RetriesMax);

    private static DateTime TimeOf(long time) => time is 0 or TimerSchedule.Never
        ? default
        : DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime;
}
