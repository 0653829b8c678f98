using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Perdure.Core.Stores;
using Perdure.Torture.Journals;
using Perdure.Torture.Worker;
using Perdure.Torture.Workload;
using Perdure.Sqlite;

namespace Perdure.PowerLoss.Recording;

/// <summary>The workload of the torture on a new hub, with its disk recorded, until there is enough to cut.</summary>
internal static class RecordedRun
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(
        Recorder recorder, string directory, int seed, int commits, int checkpoints, bool forgetful)
    {
        WorkerFiles files = new(directory, directory);
        Directory.CreateDirectory(directory);
        using EffectJournal effects = new(files.Effects, 0);
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(effects);
        builder.Services.AddPerdure(o =>
        {
            o.UseSqlite(files.Database);
            o.FunctionAssemblies.Add(typeof(Orchestrations).Assembly);
            if (forgetful)
            {
                SqliteStoreOptions options = new() { Path = files.Database, Partitions = 4, Forgetful = true };
                o.Source = new GivenStore(new SqliteStore(options));
            }
        });
        using IHost host = builder.Build();
        await host.StartAsync();
        DriverPlan plan = new()
        {
            Starters = 16,
            StartPauseMaxMilliseconds = 10,
            WaitingTarget = 60,
            DoomedTarget = 20,
            FeedPauseMilliseconds = 2,
        };
        Driver driver = new(host.Services.GetRequiredService<IDurableClient>(), recorder, plan, 0, seed);
        using CancellationTokenSource stop = new();
        Task work = driver.RunAsync(stop.Token);
        DateTime deadline = DateTime.UtcNow + LongestRun;
        while ((recorder.Commits < commits || recorder.Checkpoints < checkpoints) && DateTime.UtcNow < deadline
            && !work.IsCompleted)
            await Task.Delay(20); // Allowed: between two looks at a condition.
        await stop.CancelAsync();
        await work;
        await host.StopAsync();
    }
}
