namespace Perdure.Testing.Tests;

/// <summary>A workflow that calls by generated methods only.</summary>
internal sealed class Shop
{
    public sealed record Order(string Customer, int[] Prices);

    [FunctionName("fill-order")]
    public static async Task<string> Fill([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        Order order = context.GetInput<Order>();
        RetryOptions retry = new(TimeSpan.FromMinutes(1), maxNumberOfAttempts: 3);
        int[] sums = await Task.WhenAll(
            context.CallSumAsync(new Order(order.Customer, order.Prices[..1]), retry),
            context.CallSumAsync(new Order(order.Customer, order.Prices[1..])));
        (string bill, bool isPaid) = await context.CallPayAsync((order.Customer, sums.Sum()), retry, "payment");
        await context.CallNoteAsync();
        return $"{bill} {isPaid} {await context.CallNoteAsync(order.Customer)}";
    }

    [FunctionName("Pay")]
    public static async Task<(string Bill, bool IsPaid)> Pay(
        [OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        var (customer, sum) = context.GetInput<(string Customer, int Sum)>();
        return ($"{customer} {sum} {context.InstanceId}", await context.CallIsPaidAsync(sum));
    }

    [FunctionName(nameof(Sum))]
    public static int Sum([ActivityTrigger] IDurableActivityContext context)
    {
        int[] prices = context.GetInput<Order>().Prices;
        return context.Attempt == 1 && prices.Length == 1
            ? throw new InvalidOperationException("The calculator is busy.")
            : prices.Sum();
    }

    [FunctionName("IsPaid")]
    public ValueTask<bool> IsPaid([ActivityTrigger] int sum) => new(sum > 5);

    [FunctionName("Note")]
    public static Task<string?> Note([ActivityTrigger] string? text) => Task.FromResult(text);
}
