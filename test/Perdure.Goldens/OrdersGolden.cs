extern alias orders;

using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Goldens;

/// <summary>What an event of a stream starts.</summary>
internal sealed class OrdersGolden : Golden
{
    public override string Name => "orders";

    public override Type[] Functions => [typeof(orders::Functions)];

    protected override void Add(IServiceCollection services) => services.AddSingleton<orders::Bank>();

    public override async Task RecordAsync(string folder)
    {
        await using TestHub hub = await StartAsync();
        await hub.Client.StartNewAsync("Fulfil", "order", new orders::Order("17", "ada", 1, 9.95m));
        await hub.WaitForCompletionAsync("order");
        await hub.ExportAsync("order", folder);
    }
}
