using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure.Torture.Journals;
using Perdure.Torture.Judging;
using Perdure.Torture.Workload;

namespace Perdure.Torture.Worker;

/// <summary>The process that is killed: a host with the workload on a file, and its clients.</summary>
internal static class WorkerProgram
{
    public const int NotCalm = 3;

    private static readonly TimeSpan CalmWithin = TimeSpan.FromSeconds(120);

    public static async Task<int> RunAsync(WorkerFiles files, Load load, int run, int seed, bool calm)
    {
        ClientRecord past = new();
        past.ReadOn(files.Journals);
        using EffectJournal effects = new(files.Effects, run);
        using ClientJournal journal = new(files.Client, run);
        using IHost host = Build(files, effects);
        Console.WriteLine("opening");
        await host.StartAsync();
        IDurableClient client = host.Services.GetRequiredService<IDurableClient>();
        IDriver driver = load == Load.Bank
            ? new BankDriver(client, journal, new BankPlan(), () => IsQuiet(files.Database), run, seed)
            : new Driver(client, journal, new DriverPlan(), run, seed);
        await driver.GoOnAsync(past);
        Console.WriteLine("open");
        if (calm)
            return await EndCalmlyAsync(host, driver);
        Task work = driver.RunAsync(CancellationToken.None);
        await Task.WhenAny(driver.Loaded.Task, work);
        Console.WriteLine("loaded");
        await work;
        return 1;
    }

    /// <summary>A host with all functions on the file.</summary>
    public static IHost Build(WorkerFiles files, EffectJournal effects, Action<PerdureOptions>? configure = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddSimpleConsole(o => o.SingleLine = true).SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(effects);
        builder.Services.AddPerdure(o =>
        {
            o.UseSqlite(files.Database);
            o.FunctionAssemblies.Add(typeof(Orchestrations).Assembly);
            configure?.Invoke(o);
        });
        return builder.Build();
    }

    /// <summary>Whether a statement that counts what is open finds nothing.</summary>
    public static bool IsNone(string database, string counting)
    {
        try
        {
            using SqlFile file = new(database);
            return file.Number(counting) == 0;
        }
        catch (InvalidDataException)
        {
            // The engine is just changing its log; a moment later it is not.
            return false;
        }
    }

    private static async Task<int> EndCalmlyAsync(IHost host, IDriver driver)
    {
        IReadOnlyList<string> open = await driver.CalmAsync(CalmWithin, CancellationToken.None);
        foreach (string id in open)
            Console.WriteLine($"still open: {id}");
        await host.StopAsync();
        Console.WriteLine("calm");
        return open.Count == 0 ? 0 : NotCalm;
    }

    /// <summary>The last releases may still be on the way when the last instance has ended.</summary>
    private static bool IsQuiet(string database) => IsNone(
        database, "select (select count(*) from messages) + (select count(*) from entities where holder is not null)");
}
