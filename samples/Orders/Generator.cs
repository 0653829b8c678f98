using Perdure;

/// <summary>The shop: a hundred orders a second, from twenty customers, each a hundredth of them damaged.</summary>
internal sealed class Generator(IStreamClient streams)
{
    private const int PerSecond = 100, Customers = 20, DamagedEvery = 100;

    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, int> _numbers = [];

    /// <summary>All that were sent, damaged ones as well.</summary>
    public int Sent { get; private set; }

    public int Damaged { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        using PeriodicTimer timer = new(s_step);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                for (int i = 0; i < PerSecond / 10; i++)
                    await SendAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Enough for one play.
        }
    }

    private async Task SendAsync()
    {
        string customer = $"customer-{Sent % Customers:00}";
        Sent++;
        if (Sent % DamagedEvery == 0)
        {
            Damaged++;
            await streams.AppendAsync("orders", "{ this is no order", partitionKey: customer);
            return;
        }
        int number = _numbers[customer] = _numbers.GetValueOrDefault(customer) + 1;
        await streams.AppendAsync(
            "orders", new Order($"{customer}-{number}", customer, number, 10 + (number % 90)), partitionKey: customer);
    }
}
