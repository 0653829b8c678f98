using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Perdure.Torture.Journals;
using Perdure.Torture.Worker;

namespace Perdure.Torture.Events;

/// <summary>The process that is killed: a host that takes orders, and the customers who place them.</summary>
internal static class EventsWorker
{
    public const string Command = "events-worker";

    /// <summary>What a client writes down when it appends.</summary>
    public const string Append = "append";

    /// <summary>Counts what is not at its end.</summary>
    public const string OpenSql =
        """
        select (select count(*) from messages) + (select count(*) from instances where ended is null)
            + (select count(*) from readers r where r.position
                < (select max(b.first + b.count) from blocks b where b.log = r.log))
        """;

    private static readonly TimeSpan s_calmWithin = TimeSpan.FromSeconds(120);

    public static async Task<int> RunAsync(WorkerFiles files, int run, int seed, bool calm)
    {
        using EffectJournal effects = new(files.Effects, run);
        using ClientJournal journal = new(files.Client, run);
        // Whatever cannot be taken is meant to be put aside, however much of it there is.
        using IHost host = WorkerProgram.Build(files, effects, o => o.Circuits.OfEachFunction = false);
        Console.WriteLine("opening");
        await host.StartAsync();
        Console.WriteLine("open");
        if (calm)
            return await EndCalmlyAsync(host, files);
        IStreamClient streams = host.Services.GetRequiredService<IStreamClient>();
        Customers customers = new(streams, journal, run, seed, pauseMilliseconds: 150);
        Task work = customers.RunAsync(CancellationToken.None);
        await Task.WhenAny(customers.Loaded.Task, work);
        Console.WriteLine("loaded");
        await work;
        return 1;
    }

    private static async Task<int> EndCalmlyAsync(IHost host, WorkerFiles files)
    {
        DateTime deadline = DateTime.UtcNow + s_calmWithin;
        while (!IsQuiet(files.Database) && DateTime.UtcNow < deadline)
            await Task.Delay(50);
        await host.StopAsync();
        Console.WriteLine("calm");
        return IsQuiet(files.Database) ? 0 : WorkerProgram.NotCalm;
    }

    private static bool IsQuiet(string database) => WorkerProgram.IsNone(database, OpenSql);
}
