using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Perdure.Torture.Journals;
using Perdure.Torture.Nodes;

namespace Perdure.Torture.Events;

/// <summary>One of the processes that share a hub of orders: it takes them, and its customers place them.</summary>
internal static class EventsNode
{
    public static async Task<int> RunAsync(NodeOrder order, IHost host, ClientJournal journal)
    {
        // A node of three is dead at any time: with more, what is ordered could not be processed.
        Customers customers = new(
            host.Services.GetRequiredService<IStreamClient>(), journal, order.Run, order.Seed, pauseMilliseconds: 500);
        Console.WriteLine("open");
        using CancellationTokenSource stop = new();
        Task work = customers.RunAsync(stop.Token);
        Task told = NodeProgram.HearAsync(NodeProgram.Calm);
        if (await Task.WhenAny(customers.Loaded.Task, told, work) == customers.Loaded.Task)
            Console.WriteLine("loaded");
        await Task.WhenAny(told, work);
        await stop.CancelAsync();
        await work;
        Console.WriteLine("calm");
        await NodeProgram.HearAsync(NodeProgram.Stop);
        await host.StopAsync();
        return 0;
    }
}
