using Perdure;
using Perdure.Testing;
using Xunit;

/// <summary>In a hub in memory whose time is virtual: it jumps to what is due next, so nobody waits.</summary>
public sealed class CheckoutTests
{
    private static readonly Order Tea = new("tea", 12);

    [Fact]
    public async Task An_order_is_shipped_when_its_time_to_cancel_is_over()
    {
        await using TestHub hub = await TestHub.StartAsync(b => b.AddFunctions(typeof(Checkout)));
        DateTimeOffset began = hub.Now;
        string id = await hub.Client.StartNewAsync("Checkout", Tea);

        DurableOrchestrationStatus status = await hub.WaitForCompletionAsync(id);

        Assert.Equal("charged 12, shipped tea", status.Output.GetString());
        Assert.Equal(Checkout.CancelWithin, hub.Now - began);
    }

    [Fact]
    public async Task A_cancelled_order_is_refunded()
    {
        List<string> refunded = [];
        await using TestHub hub = await TestHub.StartAsync(b => b
            .AddFunctions(typeof(Checkout))
            .MockActivity<Order, string>("Charge", order => $"payment for {order.Item}")
            .MockActivity<string, bool>("Refund", payment =>
            {
                refunded.Add(payment);
                return true;
            }));
        string id = await hub.Client.StartNewAsync("Checkout", Tea);

        await hub.AdvanceAsync(Checkout.CancelWithin / 2);
        await hub.Client.RaiseEventAsync(id, "Cancel", true);
        DurableOrchestrationStatus status = await hub.WaitForCompletionAsync(id);

        Assert.Equal("payment for tea, refunded", status.Output.GetString());
        Assert.Equal(["payment for tea"], refunded);
    }

    [Fact]
    public async Task An_order_ends_the_same_wherever_the_process_is_killed()
    {
        int runs = await TestHub.KillAtEachStepAsync(b => b.AddFunctions(typeof(Checkout)), async hub =>
        {
            await hub.Client.StartNewAsync("Checkout", "order-1", Tea);
            DurableOrchestrationStatus status = await hub.WaitForCompletionAsync("order-1");
            Assert.Equal("charged 12, shipped tea", status.Output.GetString());
        });
        Assert.True(runs > 1);
    }
}
