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
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, ended) =>
        {
            string id = await client.StartNewAsync("Long", $"long-{i}", i, ended);
            DurableOrchestrationStatus? status;
            do
            {
                await Task.Yield();
                status = await client.GetStatusAsync(id, cancellationToken: ended);
            }
            while (status?.CustomStatus.ToString() != "waits");
        });
        await host.StopAsync();
        Console.WriteLine($"{count} instances wait.");
    }
}
