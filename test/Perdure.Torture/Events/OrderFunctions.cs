using System.Diagnostics;
using Perdure.Torture.Journals;
using Perdure.Torture.Workload;

namespace Perdure.Torture.Events;

/// <summary>An event: somebody has ordered something.</summary>
/// <param name="Id">Of the event, and of the orchestration that it leads to.</param>
/// <param name="Customer">Whose orders stay in their order.</param>
/// <param name="IsBad">No attempt can take it.</param>
/// <param name="Milliseconds">How long taking it lasts.</param>
public sealed record Order(string Id, string Customer, bool IsBad, int Milliseconds);

/// <summary>
/// What the article on reliable events is about: each order starts one orchestration and sends one message, in the
/// commit that moves the checkpoint; what cannot be taken is put aside.
/// </summary>
public sealed class OrderFunctions(EffectJournal journal)
{
    public const string Stream = "orders";
    public const string Queue = "notices";

    /// <summary>How the journal calls what was done for an order.</summary>
    public const string Taken = "take:", Noticed = "notice:";

    [FunctionName("TakeOrders")]
    [FixedDelayRetry(1, "00:00:00.0500000")]
    public async Task TakeOrders(
        [EventHubTrigger(Stream, MaxEventBatchSize = 20)] Order[] orders, [DurableClient] IDurableClient client,
        [Queue(Queue)] ICollector<string> notices, RetryContext retry)
    {
        foreach (Order order in orders)
        {
            // With the time, which is the same in all processes of a machine: their journals have no order.
            journal.Started($"{Taken}{order.Id}@{Stopwatch.GetTimestamp()}", retry.RetryCount + 1);
            if (order.Milliseconds > 0)
                await Task.Delay(order.Milliseconds);
            if (order.IsBad)
                throw new PlannedException($"The order {order.Id} cannot be taken.");
            await client.StartNewAsync(Kinds.Fulfil, order.Id, order);
            notices.Add(order.Id);
        }
    }

    [FunctionName("Notify")]
    public void Notify([QueueTrigger(Queue)] string order, RetryContext retry) =>
        journal.Started($"{Noticed}{order}", retry.RetryCount + 1);

    [FunctionName(Kinds.Fulfil)]
    public static Task<string> Fulfil([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.CallActivityAsync<string>("Effect", new EffectOrder(context.GetInput<Order>().Milliseconds));
}
