using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Perdure.Bench;

/// <summary>Starts over HTTP through the management API on loopback, by a client in the same process.</summary>
internal static class HttpStartWorkload
{
    public static async Task<Measurement> RunAsync(BenchOptions options)
    {
        string path = BenchHost.PathOf(options, "http-start");
        BenchHost.Clean(options, path);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddSimpleConsole();
        builder.Services.AddPerdure(o =>
        {
            o.FunctionTypes.Add(typeof(Functions));
            if (options.Store == "memory")
                o.UseMemory();
            else
                o.UseSqlite(path);
        });
        builder.Services.AddPerdureHttp(o => o.RequestsPerSecond = 1_000_000);
        await using WebApplication app = builder.Build();
        app.MapPerdure();
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        using HttpClient client = new() { BaseAddress = new Uri(address) };
        await LoopAsync(client, Workloads.WarmUpSeconds, options.Outstanding);
        Meter meter = new();
        List<double> latencies = await LoopAsync(client, options.Seconds, options.Outstanding);
        Measurement measured = meter.Finish(
            "http-start", options, options.Outstanding, latencies, latencies.Count);
        await app.StopAsync();
        return measured with { Note = "per second: starts that were answered 202; the client runs in the process" };
    }

    private static async Task<List<double>> LoopAsync(HttpClient client, double seconds, int outstanding)
    {
        Stopwatch clock = Stopwatch.StartNew();
        List<double>[] all = await Task.WhenAll(Enumerable.Range(0, outstanding).Select(_ => Task.Run(async () =>
        {
            List<double> latencies = [];
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                long start = Stopwatch.GetTimestamp();
                using HttpResponseMessage answer = await client.PostAsJsonAsync(
                    "/runtime/webhooks/durabletask/orchestrators/Child", latencies.Count);
                JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>();
                if (answer.StatusCode != HttpStatusCode.Accepted || body.GetProperty("id").GetString() is null)
                    throw new InvalidOperationException($"{answer.StatusCode}: {body}");
                latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            return latencies;
        })));
        return [.. all.SelectMany(l => l)];
    }
}
