using Perdure;

/// <summary>An order is paid, may be cancelled for a while, and is shipped.</summary>
public static class Checkout
{
    /// <summary>Ten seconds, so that you can watch it. Three days work as well: nothing has to run meanwhile.</summary>
    public static readonly TimeSpan CancelWithin = TimeSpan.FromSeconds(10);

    // An orchestration says what happens when. After a crash it runs again from its beginning, and everything that it
    // has awaited before answers from its history. So it leaves clocks, chance and the world outside to activities.
    [FunctionName("Checkout")]
    public static async Task<string> RunAsync([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        Order order = context.GetInput<Order>();
        string payment = await context.CallActivityAsync<string>("Charge", order);

        bool cancelled = await context.WaitForExternalEvent("Cancel", CancelWithin, defaultValue: false);
        if (cancelled)
        {
            await context.CallActivityAsync("Refund", payment);
            return $"{payment}, refunded";
        }
        string parcel = await context.CallActivityAsync<string>("Ship", order);
        return $"{payment}, {parcel}";
    }

    // Activities do the work, and may do anything. What one returns is kept: it does not run again once that is on the
    // disk. If the process dies before, it does; IDurableActivityContext has an IdempotencyKey for whom it calls.
    [FunctionName("Charge")]
    public static string Charge([ActivityTrigger] Order order)
    {
        Console.WriteLine($"  charging {order.Amount} for {order.Item}");
        return $"charged {order.Amount}";
    }

    [FunctionName("Refund")]
    public static void Refund([ActivityTrigger] string payment) => Console.WriteLine($"  refunding: {payment}");

    [FunctionName("Ship")]
    public static string Ship([ActivityTrigger] Order order)
    {
        Console.WriteLine($"  shipping {order.Item}");
        return $"shipped {order.Item}";
    }
}
