using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Perdure.CheckedProgram;

/// <summary>Fills a hub with instances that wait: every other one behind twenty turns.</summary>
internal static class Filling
{
    public static async Task RunAsync(IHost host, int count)
    {
        await host.StartAsync();
        IDurableClient client = host.Services.GetRequiredService<IDurableClient>();
        ParallelOptions some = new() { MaxDegreeOfParallelism = 64 };
        await Parallel.ForAsync(0, count, some, async (i, ended) =>
            await client.StartNewAsync("Long", IdOf(i), i, ended));
        for (int i = 0; i < count; i++)
        {
            while ((await client.GetStatusAsync(IdOf(i)))?.CustomStatus.ToString() != "waits")
                await Task.Yield();
        }
        await host.StopAsync();
        Console.WriteLine($"{count} instances wait.");
    }

    private static string IdOf(int number) => $"long-{number}";
}
