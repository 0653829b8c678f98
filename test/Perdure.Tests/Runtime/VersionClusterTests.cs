using System.Collections.Concurrent;
using Perdure.Tests.Runtime.Support;
using static Perdure.Tests.Runtime.Support.CodeFunctions;

namespace Perdure.Tests.Runtime;

/// <summary>Two builds on one hub: no instance runs on a build that is older than itself.</summary>
public sealed class VersionClusterTests : IAsyncLifetime
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);

    private readonly Cluster _cluster = new();
    private readonly ConcurrentQueue<string> _ran = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task An_instance_runs_on_a_build_of_its_version_whoever_owns_it()
    {
        ClusterNode old = await StartAsync("1.0"), young = await StartAsync("2.0");
        await _cluster.UntilFairAsync();
        string[] ids = [_cluster.IdOn(old), _cluster.IdOn(young), _cluster.IdOn(old), _cluster.IdOn(young)];

        await young.Client.StartNewAsync("Main", ids[0]);
        await young.Client.StartNewAsync("Main", ids[1]);
        await old.Client.StartNewAsync("Main", ids[2]);
        await old.Client.StartNewAsync("Main", ids[3]);

        // Activities of a new instance run on the new build; the old one must not run even those.
        (await old.EndAsync(ids[0])).Output.ToString().ShouldBe("2.0: worked on 2.0");
        (await old.EndAsync(ids[1])).Output.ToString().ShouldBe("2.0: worked on 2.0");
        (await old.EndAsync(ids[2])).Output.ToString().ShouldStartWith("1.0: worked on ");
        (await old.EndAsync(ids[3])).Output.ToString().ShouldStartWith("1.0: worked on ");
        _ran.ShouldNotContain("2.0 on 1.0");
    }

    [Fact]
    public async Task What_is_newer_than_all_builds_waits_and_goes_on_when_one_comes()
    {
        ClusterNode old = await StartAsync("1.0"), other = await StartAsync("1.1");
        await _cluster.UntilFairAsync();
        string id = _cluster.IdOn(old);
        await old.Client.StartNewAsync("Main", new StartOptions { InstanceId = id, Version = "2.0" });
        (await other.Client.ExplainAsync(id))!.ShouldContain("no program of the hub runs");

        await StartAsync("2.0");

        (await old.EndAsync(id)).Output.ToString().ShouldBe("2.0: worked on 2.0");
    }

    [Fact]
    public async Task What_was_offered_to_builds_that_are_gone_is_offered_to_those_that_came()
    {
        ClusterNode old = await StartAsync("1.0"), young = await StartAsync("2.0");
        await _cluster.UntilFairAsync();
        string id = _cluster.IdOn(old);
        await old.Client.StartNewAsync("Main", new StartOptions { InstanceId = id, Version = "2.0" }, "wait");
        await _cluster.UntilAsync(() =>
            old.Client.GetStatusAsync(id).Result is { RuntimeStatus: OrchestrationRuntimeStatus.Running });
        await young.StopAsync();
        // The node remembers the code of the one that has stopped, and offers it a turn that nobody takes.
        await old.Client.RaiseEventAsync(id, "go");
        await _cluster.UntilAsync(() =>
            old.Store.ReadOffersAsync(old.Node.PartitionOf(id).Number, default).AsTask().Result.Count > 0);

        await StartAsync("3.0");

        (await old.EndAsync(id)).Output.ToString().ShouldBe("2.0: worked on 3.0");
    }

    [Fact]
    public async Task Who_has_no_code_starts_what_the_others_run_newest()
    {
        ClusterNode client = await _cluster.StartNodeAsync(functions: []);
        await _cluster.StartNodeAsync(
            code =>
            {
                code.Main = c => Task.FromResult<object?>("none");
                code.Orchestrations["Main 2.0"] = c => Task.FromResult<object?>($"2.0 for {c.Version}");
            },
            functions: [typeof(MainFunction), typeof(MainOf2Function)]);
        await _cluster.UntilAsync(() => client.Node.Leases.OffersElsewhere("orchestration MAIN"));

        string id = await client.Client.StartNewAsync("Main");

        (await client.EndAsync(id)).Output.ToString().ShouldBe("2.0 for 2.0");
    }

    private Task<ClusterNode> StartAsync(string version) => _cluster.StartNodeAsync(
        code =>
        {
            code.Main = async c =>
            {
                _ran.Enqueue($"{c.Version} on {version}");
                if (c.GetInput<string>() == "wait")
                    await c.WaitForExternalEvent("go");
                return $"{c.Version}: {await c.CallActivityAsync<string>("Work")}";
            };
            code.Work = _ => Task.FromResult<object?>($"worked on {version}");
        },
        functions: [typeof(MainFunction), typeof(WorkFunction)],
        configure: o => (o.Versioning.Version, o.Lease) = (version, s_lease));
}
