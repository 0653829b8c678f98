namespace Perdure;

/// <summary>
/// Makes the function run by a schedule. The parameter is a <see cref="TimerInfo"/>.
/// </summary>
/// <remarks>
/// <para>
/// Each occurrence that is due runs on one node, never before its time, and one at a time. When the function returns,
/// it is done, in the same commit as all that the function has sent through output bindings and through clients that
/// it takes with <c>[DurableClient]</c>. When it throws, nothing is sent, and the occurrence runs again as its retries
/// allow (none unless an attribute says so); then it is put aside as a dead letter. One that is cut short, because the
/// process dies, runs again under the same id.
/// </para>
/// <para>
/// Other parameters: <c>occurrenceId</c> (<see cref="string"/>) and <c>occurrenceTime</c> (<see cref="DateTime"/> or
/// <see cref="DateTimeOffset"/>) by name, <c>ILogger</c>, <see cref="CancellationToken"/>, <see cref="RetryContext"/>,
/// clients, outputs with <c>[Queue]</c> and <c>[EventHub]</c>, and services.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// [FunctionName("Nightly")]
/// public static Task Nightly(
///     [TimerTrigger("0 30 2 * * *", TimeZone = "Europe/Berlin")] TimerInfo timer, string occurrenceId,
///     [DurableClient] IDurableClient client) => client.StartNewAsync("Report", occurrenceId);
/// </code>
/// </example>
/// <param name="schedule">
/// An NCRONTAB expression: <c>second minute hour day month day-of-week</c>, or without the second, which is 0 then. Or
/// a time span such as <c>00:05:00</c>, which counts from the time before. <c>%setting%</c> is replaced by the value of
/// the setting.
/// </param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute(string schedule) : Attribute
{
    /// <summary>The schedule, as it was written.</summary>
    public string ScheduleExpression { get; } = schedule;

    /// <summary>
    /// Whether each program runs the function once when it has the timer for the first time, beside the schedule,
    /// unless something is past due anyway. Default false; in production it is rarely wanted.
    /// </summary>
    public bool RunOnStartup { get; set; }

    /// <summary>
    /// Whether what passes while no node runs is known afterwards. Default true; false is the same as
    /// <see cref="TimerMisfire.Skip"/>.
    /// </summary>
    public bool UseMonitor { get; set; } = true;

    /// <summary>
    /// Whose hours the expression means: an IANA id such as <c>Europe/Berlin</c>. Default UTC; <c>%setting%</c> is
    /// replaced by the value of the setting.
    /// </summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>What becomes of occurrences that nobody could run in time. Default: one of them runs.</summary>
    public TimerMisfire Misfire { get; set; }

    /// <summary>What becomes of occurrences that come due while one runs. Default: they do not run.</summary>
    public TimerOverlap Overlap { get; set; }

    /// <summary>
    /// The most occurrences that <see cref="TimerMisfire.FireAll"/> and <see cref="TimerOverlap.Queue"/> catch up with,
    /// from 1 to 10,000; of more, the latest run. Default 100.
    /// </summary>
    public int MaxCatchUp { get; set; } = 100;
}
