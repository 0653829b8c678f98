using Perdure.Core.DeadLetters;
using Perdure.Core.Timers;
using Perdure.Functions.Triggers;

namespace Perdure.Functions.Timers;

/// <summary>What attributes say of a timer and of how its function is retried.</summary>
internal sealed class TimerSettings(
    FunctionDescription function, FunctionEnvironment environment, List<string> problems)
    : TriggerSettings(function, environment, problems)
{
    private const int CatchUpMaxMax = 10_000;

    /// <summary>What the core knows of the function; null after a problem.</summary>
    public TimerConsumer? Consumer(TimerTriggerAttribute trigger)
    {
        TimerSchedule? schedule = Zone(trigger) is { } zone ? Schedule(trigger, zone) : null;
        RetryPolicy? retries = Retries(out RetryPolicy? policy)
            ? policy
            : new RetryPolicy { RetriesMax = 0, First = TimeSpan.Zero };
        if (!(Known(trigger.Misfire, nameof(trigger.Misfire)) & Known(trigger.Overlap, nameof(trigger.Overlap))
            & CatchesUp(trigger)))
            return null;
        if (!trigger.UseMonitor && trigger.Misfire == TimerMisfire.FireAll)
        {
            Problem($"{Function.Place}: UseMonitor = false forgets what was missed, and Misfire = FireAll runs it; "
                + "take one of them away.");
        }
        return schedule is null || retries is null
            ? null
            : new TimerConsumer(Function.Name, schedule, retries)
            {
                Misfire = trigger.UseMonitor ? trigger.Misfire : TimerMisfire.Skip,
                Overlap = trigger.Overlap,
                CatchUpMax = trigger.MaxCatchUp,
                RunsOnStartup = trigger.RunOnStartup,
            };
    }

    private TimerSchedule? Schedule(TimerTriggerAttribute trigger, TimeZoneInfo zone)
    {
        string text = Resolved(trigger.ScheduleExpression ?? "", "schedule").Trim();
        if (TimerSchedule.Read(text, zone, out string? problem) is { } schedule)
            return schedule;
        Problem($"{Function.Place}: the schedule \"{text}\" cannot be read: {problem}.");
        return null;
    }

    private TimeZoneInfo? Zone(TimerTriggerAttribute trigger)
    {
        string id = Resolved(trigger.TimeZone ?? "", "time zone");
        if (id.Equals("UTC", StringComparison.OrdinalIgnoreCase))
            return TimeZoneInfo.Utc;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(id, out TimeZoneInfo? zone))
            return zone;
        Problem($"{Function.Place}: this machine knows no time zone '{id}'; TimeZone is an IANA id such as "
            + "Europe/Berlin.");
        return null;
    }

    private bool Known<T>(T value, string name) where T : struct, Enum
    {
        if (Enum.IsDefined(value))
            return true;
        Problem($"{Function.Place}: {name} = {value} is none of {string.Join(", ", Enum.GetNames<T>())}.");
        return false;
    }

    private bool CatchesUp(TimerTriggerAttribute trigger)
    {
        if (trigger.MaxCatchUp is >= 1 and <= CatchUpMaxMax)
            return true;
        Problem($"{Function.Place}: MaxCatchUp = {trigger.MaxCatchUp}; it is from 1 to 10,000.");
        return false;
    }
}
