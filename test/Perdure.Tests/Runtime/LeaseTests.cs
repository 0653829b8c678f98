using Microsoft.Extensions.Logging;
using Perdure.Core.Stores;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>
/// What a node has goes to others when its lease has run out, not before and not much later; and a node whose store
/// lacks what it rests on ends.
/// </summary>
public sealed class LeaseTests : IAsyncLifetime
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);

    private readonly Cluster _cluster = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task What_a_dead_node_had_goes_on_elsewhere_when_its_lease_has_run_out()
    {
        ClusterNode[] nodes = await _cluster.StartAsync(2, Cluster.Greets);
        TaskCompletionSource never = new();
        nodes[1].Code.Work = async _ =>
        {
            await never.Task;
            return null;
        };
        string id = _cluster.IdOn(nodes[1]);
        await nodes[1].Client.StartNewAsync("Main", id, "Ada");
        await _cluster.UntilAsync(() => nodes[1].Node.Activities.Running == 1);

        await nodes[1].DieAsync();
        _cluster.Clock.Skip(s_lease);

        (await nodes[0].EndAsync(id)).Output.ToString().ShouldBe("Hello Ada");
        await _cluster.UntilAsync(() => nodes[0].Node.Owned == Cluster.Partitions);
    }

    [Fact]
    public async Task What_a_dead_node_had_waits_for_its_lease_and_not_for_the_next_round_as_well()
    {
        // So long that nothing happens by itself while the test waits.
        TimeSpan lease = TimeSpan.FromMinutes(10);
        ClusterNode[] nodes = await _cluster.StartAsync(2, Cluster.Greets, o => o.Lease = lease);
        await RoundAsync(nodes[1]);
        await RoundAsync(nodes[0]);
        await nodes[1].DieAsync();
        await PassToRoundAsync(lease * 0.5);
        await PassToRoundAsync(lease * 0.35);

        _cluster.Clock.Skip(lease * 0.16);

        await _cluster.UntilAsync(() => nodes[0].Node.Owned == Cluster.Partitions);

        async Task RoundAsync(ClusterNode node)
        {
            int before = node.Node.Leases.Rounds;
            node.Node.Leases.Wake();
            await _cluster.UntilAsync(() => node.Node.Leases.Rounds > before);
        }

        async Task PassToRoundAsync(TimeSpan time)
        {
            int before = nodes[0].Node.Leases.Rounds;
            _cluster.Clock.Skip(time);
            // Its timer may not have been set when the time was skipped.
            nodes[0].Node.Leases.Wake();
            await _cluster.UntilAsync(() => nodes[0].Node.Leases.Rounds > before);
        }
    }

    [Fact]
    public async Task A_node_that_takes_many_partitions_slowly_renews_its_lease_in_between()
    {
        ClusterNode[] nodes = await _cluster.StartAsync(2);
        // The four of the other node together take as long as the lease.
        nodes[0].Store.BeforeOpening = () => _cluster.Clock.Skip(s_lease / 4);

        await nodes[1].StopAsync();
        await _cluster.UntilAsync(() => nodes[0].Node.Owned == Cluster.Partitions);

        _cluster.Log.All.ShouldNotContain(l => l.Text.Contains("could not renew", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_cannot_renew_its_lease_lets_go_before_it_ends_and_comes_back()
    {
        ClusterNode[] nodes = await _cluster.StartAsync(2, Cluster.Greets);
        nodes[1].Store.ReadFailure = new StoreException("The database is away.");
        // In steps, so that the other one renews in between.
        for (int i = 0; i < 5; i++)
        {
            _cluster.Clock.Skip(s_lease / 5);
            await _cluster.UntilAsync(() => nodes[0].Node.Owned >= 4);
        }
        await _cluster.UntilAsync(() => nodes[1].Node.Owned == 0);

        nodes[1].Store.ReadFailure = null;
        await _cluster.UntilFairAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_node_whose_memory_rests_on_what_the_store_lacks_sends_nothing_more_and_ends_its_host(
        bool renews)
    {
        TaskCompletionSource running = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ClusterNode[] nodes = await _cluster.StartAsync(2, Cluster.Greets);
        nodes[1].Code.Work = async c =>
        {
            running.TrySetResult();
            await Task.Delay(Timeout.Infinite, c.CancellationToken);
            return null;
        };
        string id = _cluster.IdOn(nodes[1]);
        await nodes[1].Client.StartNewAsync("Main", id, "Ada");
        Task waiter = nodes[1].Client.WaitForCompletionAsync(id);
        await running.Task;
        int sent = 0;
        nodes[1].Store.Instead = _ =>
        {
            sent++;
            return new(CommitOutcome.Lost) { Detail = "The database lacks batch 7." };
        };
        if (renews)
        {
            nodes[1].Store.ReadFailure = new StoreException("The database lacks batch 7.") { EndsNode = true };
            nodes[1].Node.Leases.Wake();
        }
        else
        {
            Task[] requests = [.. Enumerable.Range(0, 20)
                .Select(_ => nodes[1].Client.StartNewAsync("Main", _cluster.IdOn(nodes[1])))];
            foreach (Task request in requests)
                await Should.ThrowAsync<InvalidOperationException>(request);
        }

        Exception? end = await RealHosts.EndOfAsync(nodes[1].Host, TimeSpan.FromSeconds(20));

        end.ShouldBeOfType<StoreException>().Message.ShouldBe("The database lacks batch 7.");
        // The host stops, or its store could not be read before that.
        Exception told = await Should.ThrowAsync<Exception>(waiter);
        (told is InvalidOperationException or StoreException).ShouldBeTrue(told.ToString());
        sent.ShouldBe(renews ? 0 : 1);
        LogLine said = _cluster.Log.All.Single(l => l.Level == LogLevel.Critical);
        said.Text.ShouldContain("lacks batch 7");
        await nodes[1].DieAsync();
        await _cluster.PassAsync(s_lease * 1.2, nodes[0]);
        await _cluster.UntilAsync(() => nodes[0].Node.Owned == Cluster.Partitions);
        (await nodes[0].EndAsync(id)).Output.ToString().ShouldBe("Hello Ada");
    }
}
