using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.Scaling;
using Perdure.Hosting;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>What is asked of one node about all of them.</summary>
public sealed class UsageClusterTests : IAsyncLifetime
{
    private readonly Cluster _cluster = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task What_all_nodes_have_used_adds_up_on_each()
    {
        ClusterNode[] nodes = await _cluster.StartAsync(2, Cluster.Greets);
        await GreetAsync(nodes[0], nodes[0]);
        await UntilAsync(nodes[1], 2);
        await GreetAsync(nodes[1], nodes[0]);
        await UntilAsync(nodes[0], 4);
    }

    [Fact]
    public async Task How_many_there_are_is_known_to_each()
    {
        ClusterNode[] nodes = await _cluster.StartAsync(3, Cluster.Greets);
        foreach (ClusterNode node in nodes)
        {
            ScaleAdvice advice = await node.Host.Services.GetRequiredService<PerdureHost>().Scale
                .AdviseAsync(CancellationToken.None);
            (advice.Current, advice.Desired).ShouldBe((3, 3), "as long as is not known what was needed before");
        }
    }

    private async Task GreetAsync(ClusterNode owner, ClusterNode asked)
    {
        string id = _cluster.IdOn(owner);
        await asked.Client.StartNewAsync("Main", id, "Ada");
        await asked.EndAsync(id);
    }

    private Task UntilAsync(ClusterNode node, long executions) => _cluster.UntilAsync(
        () => ExecutionsAsync(node).GetAwaiter().GetResult() == executions, $"{executions} executions are written");

    private static async Task<long> ExecutionsAsync(ClusterNode node) =>
        (await node.Host.Services.GetRequiredService<IUsageClient>().QueryAsync(new UsageQuery()))
            .Where(g => g.Group == "Main").Sum(g => g.Executions);
}
