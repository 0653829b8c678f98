using System.Collections.Concurrent;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Reliable;

/// <summary>One event, or one message, and its function.</summary>
public sealed record ShopCall(string Function, string Text, string Id, int Retry);

/// <summary>What the functions of all hosts do and did.</summary>
public sealed class ShopJournal
{
    private readonly ConcurrentQueue<ShopCall> _begun = [], _done = [];

    /// <summary>Nothing by default.</summary>
    public Func<ShopCall, Task> Do { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyCollection<ShopCall> Begun => _begun;

    /// <summary>What ended well, in the order in which it did.</summary>
    public IReadOnlyCollection<ShopCall> Done => _done;

    public async Task RunAsync(ShopCall call, Life life)
    {
        if (life.IsDead)
            await new TaskCompletionSource().Task;
        _begun.Enqueue(call);
        await Do(call);
        if (life.IsDead)
            await new TaskCompletionSource().Task;
        _done.Enqueue(call);
    }
}

/// <summary>Not public, so that no other test finds them.</summary>
internal static class ShopFunctions
{
    public sealed class Shop(ShopJournal journal, Life life)
    {
        public const int Batch = 10;

        [FunctionName("Take")]
        [FixedDelayRetry(2, "00:00:00.0200000")]
        public async Task Take(
            [EventHubTrigger("orders", MaxEventBatchSize = Batch)] string[] orders, string[] eventIdArray,
            RetryContext retry)
        {
            for (int i = 0; i < orders.Length; i++)
                await journal.RunAsync(new("Take", orders[i], eventIdArray[i], retry.RetryCount), life);
        }

        [FunctionName("Audit")]
        [FixedDelayRetry(2, "00:00:00.0200000")]
        public Task Audit(
            [EventHubTrigger("orders", ConsumerGroup = "audit")] string order, string eventId, RetryContext retry) =>
            journal.RunAsync(new("Audit", order, eventId, retry.RetryCount), life);

        [FunctionName("Lax")]
        [FixedDelayRetry(2, "00:00:00.0200000")]
        public Task Lax(
            [EventHubTrigger("lax", FailurePolicy = EventFailurePolicy.Advance)] string text, string eventId,
            RetryContext retry) =>
            journal.RunAsync(new("Lax", text, eventId, retry.RetryCount), life);

        [FunctionName("Item")]
        [FixedDelayRetry(2, "00:00:00.0200000")]
        public Task Item([QueueTrigger("items")] string item, string id, RetryContext retry) =>
            journal.RunAsync(new("Item", item, id, retry.RetryCount), life);

        [FunctionName("Pay")]
        [FixedDelayRetry(0, "00:00:01")]
        public Task Pay([EventHubTrigger("payments")] string payment, string eventId, RetryContext retry) =>
            journal.RunAsync(new("Pay", payment, eventId, retry.RetryCount), life);

        [FunctionName("Settle")]
        [FixedDelayRetry(0, "00:00:01")]
        public Task Settle([QueueTrigger("settlements")] string settlement, string id, RetryContext retry) =>
            journal.RunAsync(new("Settle", settlement, id, retry.RetryCount), life);
    }
}
