extern alias bank;

using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Goldens;

/// <summary>Entities, and sections in which they are locked.</summary>
internal sealed class BankGolden : Golden
{
    public override string Name => "bank";

    public override Type[] Functions => [typeof(bank::Functions), typeof(bank::AccountFunction)];

    protected override void Add(IServiceCollection services) => services.AddSingleton(new bank::Fuse(null));

    public override async Task RecordAsync(string folder)
    {
        await using TestHub hub = await StartAsync();
        await hub.Client.StartNewAsync("Open", "open", new bank::Plan(1, 3, 3, 100));
        await hub.WaitForCompletionAsync("open");
        await hub.Client.StartNewAsync("Move", "moved", new bank::Transfer("moved", "01", "02", 60));
        await hub.WaitForCompletionAsync("moved");
        await hub.Client.StartNewAsync("Move", "refused", new bank::Transfer("refused", "01", "02", 60));
        await hub.Client.StartNewAsync("Overdraw", "overdrawn", "03");
        foreach (string id in (string[])["open", "moved", "refused", "overdrawn"])
        {
            await hub.WaitForCompletionAsync(id);
            await hub.ExportAsync(id, folder);
        }
    }
}
