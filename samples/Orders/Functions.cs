using Perdure;

/// <summary>An order as the shop sends it.</summary>
public sealed record Order(string Id, string Customer, int Number, decimal Amount);

public sealed class Functions(Bank bank)
{
    /// <summary>
    /// One order. If the bank does not take it, it is tried twice again, and then put aside; what it starts leaves in
    /// the commit that moves the checkpoint, so each order is fulfilled once.
    /// </summary>
    [FunctionName("ProcessOrder")]
    [FixedDelayRetry(2, "00:00:00.200")]
    [Circuit("bank")]
    public async Task ProcessAsync([EventHubTrigger("orders")] Order order, [DurableClient] IDurableClient client)
    {
        bank.Charge(order);
        await client.StartNewAsync("Fulfil", $"order-{order.Id}", order);
    }

    [FunctionName("Fulfil")]
    public static Task<string> FulfilAsync([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        context.CallActivityAsync<string>("Ship", context.GetInput<Order>());

    [FunctionName("Ship")]
    public static string Ship([ActivityTrigger] Order order) => $"shipped {order.Id}";
}
