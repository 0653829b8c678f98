namespace Perdure.Tests.Runtime.Support;

/// <summary>
/// The timer <c>Tick</c> with one schedule or another, as different builds of a program have it. A process that is dead
/// runs nothing, though what it has in memory goes on in a test.
/// </summary>
internal static class TimerFunctions
{
    public abstract class Ticking(Code code, Life? life)
    {
        protected Task RunAsync(
            TimerInfo timer, string id, DateTimeOffset time, RetryContext retry, IDurableClient client,
            ICollector<string> others, CancellationToken cancellationToken) => life is { IsDead: true }
            ? new TaskCompletionSource().Task
            : code.Tick(new TimerCall(timer, id, time, retry, client, others, cancellationToken));
    }

    public sealed class Hourly(Code code, Life? life = null) : Ticking(code, life)
    {
        [FunctionName("Tick")]
        [FixedDelayRetry(1, "00:10:00")]
        public Task Run(
            [TimerTrigger("0 0 * * * *")] TimerInfo timer, string occurrenceId, DateTimeOffset occurrenceTime,
            RetryContext retry, [DurableClient] IDurableClient client, [Queue("others")] ICollector<string> others,
            CancellationToken cancellationToken) =>
            RunAsync(timer, occurrenceId, occurrenceTime, retry, client, others, cancellationToken);
    }

    public sealed class EachHour(Code code, Life? life = null) : Ticking(code, life)
    {
        [FunctionName("Tick")]
        public Task Run(
            [TimerTrigger("0 0 * * * *", Misfire = TimerMisfire.FireAll, Overlap = TimerOverlap.Queue)] TimerInfo timer,
            string occurrenceId, DateTimeOffset occurrenceTime, RetryContext retry,
            [DurableClient] IDurableClient client, [Queue("others")] ICollector<string> others,
            CancellationToken cancellationToken) =>
            RunAsync(timer, occurrenceId, occurrenceTime, retry, client, others, cancellationToken);
    }

    public sealed class HalfPast(Code code, Life? life = null) : Ticking(code, life)
    {
        [FunctionName("tick")]
        public Task Run(
            [TimerTrigger("0 30 * * * *", RunOnStartup = true)] TimerInfo timer, string occurrenceId,
            DateTimeOffset occurrenceTime, RetryContext retry, [DurableClient] IDurableClient client,
            [Queue("others")] ICollector<string> others, CancellationToken cancellationToken) =>
            RunAsync(timer, occurrenceId, occurrenceTime, retry, client, others, cancellationToken);
    }

    public sealed class EachSecond(Code code)
    {
        [FunctionName("Second")]
        public Task Run(
            [TimerTrigger("* * * * * *", Misfire = TimerMisfire.FireAll, Overlap = TimerOverlap.Queue)] TimerInfo timer,
            string occurrenceId, DateTimeOffset occurrenceTime, RetryContext retry,
            [DurableClient] IDurableClient client, [Queue("others")] ICollector<string> others,
            CancellationToken cancellationToken) =>
            code.Tick(new(timer, occurrenceId, occurrenceTime, retry, client, others, cancellationToken));
    }
}
