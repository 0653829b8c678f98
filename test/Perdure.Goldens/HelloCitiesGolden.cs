extern alias hello;

using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Goldens;

/// <summary>Activities one after the other.</summary>
internal sealed class HelloCitiesGolden : Golden
{
    public override string Name => "hello-cities";

    public override Type[] Functions => [typeof(hello::Functions)];

    public override async Task RecordAsync(string folder)
    {
        TestHub? clock = null;
        await using TestHub hub = await StartAsync(b => b.MockActivity<string, string>("SayHello", async city =>
        {
            if (city == "London")
                await Task.Delay(TimeSpan.FromDays(1), clock!.Services.GetRequiredService<TimeProvider>());
            return $"Hello {city}!";
        }));
        clock = hub;
        await hub.Client.StartNewAsync("HelloCities", "cities");
        await hub.ExportAsync("cities", Path.Combine(folder, "two-of-three.json"));
        await hub.WaitForCompletionAsync("cities");
        await hub.ExportAsync("cities", Path.Combine(folder, "ended.json"));
    }
}
