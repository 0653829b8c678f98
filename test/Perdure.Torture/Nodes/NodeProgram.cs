using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure.Torture.Events;
using Perdure.Torture.Journals;
using Perdure.Torture.Worker;
using Perdure.Torture.Workload;

namespace Perdure.Torture.Nodes;

/// <summary>
/// One of the processes that share the hub: a host with both workloads, and their clients. It reads what it is told:
/// <c>calm</c> to bring to an end what its clients began, <c>start</c> to begin a fan-out, <c>stop</c> to leave.
/// </summary>
internal static class NodeProgram
{
    public const string Calm = "calm";
    public const string Stop = "stop";
    public const string Start = "start";
    public const int NotStarted = 4;
    public const int NotCalm = 3;

    private static readonly TimeSpan CalmWithin = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(90);

    public static async Task<int> RunAsync(NodeOrder order)
    {
        Build.Version = order.Build;
        ClientRecord past = new();
        past.ReadOn(order.Journals);
        using EffectJournal effects = new(order.Effects, order.Run);
        using ClientJournal journal = new(order.Client, order.Run);
        using IHost host = Make(order, effects);
        Console.WriteLine("opening");
        try
        {
            await host.StartAsync();
        }
#pragma warning disable CA1031 // Whatever it is: who started this process reads it, and starts another.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Console.WriteLine($"not started: {e.GetType().Name}: {e.Message}");
            return NotStarted;
        }
        IDurableClient client = host.Services.GetRequiredService<IDurableClient>();
        if (order.Work == NodeWork.FanOut)
        {
            Console.WriteLine("open");
            await FanOutsAsync(client);
            await host.StopAsync();
            return 0;
        }
        if (order.Work == NodeWork.Events)
            return await EventsNode.RunAsync(order, host, journal);
        Share share = new(order.Slot, order.Slots);
        IDriver[] drivers =
        [
            new Driver(
                client, journal, new DriverPlan
                {
                    Share = share,
                    Starters = 3,
                    StartPauseMaxMilliseconds = 120,
                    WaitingTarget = 40,
                    DoomedTarget = 15,
                    FeedPauseMilliseconds = 25,
                    AnswerWithin = AnswerWithin,
                }, order.Run, order.Seed),
            new BankDriver(
                client, journal, new BankPlan
                {
                    Share = share,
                    Starters = 3,
                    OpenTarget = 20,
                    EndedBeforeLoaded = 5,
                    AnswerWithin = AnswerWithin,
                }, () => true, order.Run, order.Seed),
        ];
        await Task.WhenAll(drivers.Select(d => d.GoOnAsync(past)));
        Console.WriteLine("open");
        await LoadAsync(drivers);
        past.ReadOn(order.Journals);
        await Task.WhenAll(drivers.Select(d => d.GoOnAsync(past)));
        bool isCalm = await EndAsync(drivers);
        Console.WriteLine("calm");
        await HearAsync(Stop);
        await host.StopAsync();
        return isCalm ? 0 : NotCalm;
    }

    private static IHost Make(NodeOrder order, EffectJournal effects)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat) = (true, "HH:mm:ss.fff "))
            .SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(effects);
        builder.Services.AddPerdure(o =>
        {
            o.TaskHub = TortureServer.Hub;
            o.Lease = order.Lease;
            o.Versioning.Version = order.Build;
            o.UsePostgreSql(order.ConnectionString);
            // Whatever cannot be taken is meant to be put aside, however much of it there is.
            o.Circuits.OfEachFunction = order.Work != NodeWork.Events;
            o.FunctionAssemblies.Add(typeof(Orchestrations).Assembly);
        });
        return builder.Build();
    }

    /// <summary>Until it is told to bring things to an end.</summary>
    private static async Task LoadAsync(IDriver[] drivers)
    {
        using CancellationTokenSource stop = new();
        Task work = Task.WhenAll(drivers.Select(d => d.RunAsync(stop.Token)));
        Task told = HearAsync(Calm);
        Task loaded = Task.WhenAll(drivers.Select(d => d.Loaded.Task));
        if (await Task.WhenAny(loaded, told, work) == loaded)
            Console.WriteLine("loaded");
        if (await Task.WhenAny(told, work) == work)
            await work;
        await stop.CancelAsync();
        await work;
    }

    private static async Task<bool> EndAsync(IDriver[] drivers)
    {
        IReadOnlyList<string>[] open =
            await Task.WhenAll(drivers.Select(d => d.CalmAsync(CalmWithin, CancellationToken.None)));
        foreach (string id in open.SelectMany(o => o).Distinct())
            Console.WriteLine($"still open: {id}");
        return open.All(o => o.Count == 0);
    }

    /// <summary>Starts what it is told to: <c>start id count milliseconds</c>.</summary>
    private static async Task FanOutsAsync(IDurableClient client)
    {
        while (await HearAsync() is var line && line != Stop)
        {
            if (line.Split(' ') is not [Start, var id, var count, var milliseconds])
                throw new InvalidOperationException($"The node was told '{line}'.");
            await client.StartNewAsync(Kinds.Wide, id, new WideOrder(Number(count), Number(milliseconds)));
        }
    }

    public static async Task HearAsync(string line)
    {
        if (await HearAsync() is var heard && heard != line)
            throw new InvalidOperationException($"The node was told '{heard}' and expected '{line}'.");
    }

    /// <summary>A node whose campaign has gone has nothing to do any more.</summary>
    private static async Task<string> HearAsync()
    {
        // The console reads without a token and on the caller's thread.
        string? heard = await Task.Run(Console.In.ReadLine);
        if (heard is null)
            Environment.Exit(1);
        return heard;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
