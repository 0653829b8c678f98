using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Perdure.Clients;
using Perdure.Core.Stores;
using Perdure.Execution;
using Perdure.Execution.Entities;
using Perdure.Functions;
using Perdure.Json;
using Perdure.Runtime;

namespace Perdure.Bench;

/// <summary>A node on a store of our choice, for what the host does not show.</summary>
internal static class NodeRun
{
    public static async Task HelloAsync(IStore store, int count)
    {
        PayloadSerializer serializer = new();
        await using ServiceProvider services = new ServiceCollection().BuildServiceProvider();
        FunctionRegistry functions = FunctionDiscovery.Discover(
            [typeof(Functions)], new FunctionEnvironment(services, NullLoggerFactory.Instance, serializer, "bench"));
        InProcessExecutor executor = new(functions, new SessionServices(serializer, NullLogger.Instance, false));
        IdSource ids = new(TimeProvider.System);
        InProcessEntityExecutor entities =
            new(functions, new EntityServices(serializer, ids, TimeProvider.System, NullLogger.Instance));
        Node node = new(
            new NodeParts(
                store, executor, entities, functions, serializer, WorkScheduler.ThreadPool,
                TimeProvider.System, NullLogger.Instance),
            new RuntimeSettings { TaskHub = "bench" });
        await node.StartAsync(CancellationToken.None);
        IDurableClient client = new DurableClient(node, functions, serializer, ids);
        for (int i = 0; i < count; i++)
            await client.WaitForCompletionAsync(await client.StartNewAsync("HelloCities"));
        await node.StopAsync(CancellationToken.None);
    }
}
