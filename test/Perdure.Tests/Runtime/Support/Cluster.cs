using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Memory;
using Perdure.Hosting;
using Perdure.Runtime;

namespace Perdure.Tests.Runtime.Support;

/// <summary>Several nodes on one hub in memory, with one clock; each has functions of its own.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const int Partitions = 8;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    private readonly MemoryStore _disk;
    private readonly List<ClusterNode> _nodes = [];
    private int _ids;

    public Cluster() => _disk = new MemoryStore(
        "cluster", new HubSecret(new byte[HubSecret.Length]), Partitions,
        () => Clock.GetUtcNow().ToUnixTimeMilliseconds());

    public SkipClock Clock { get; } = new();

    public LogLines Log { get; } = new();

    /// <summary>Says hello, by an activity.</summary>
    public static void Greets(Code code)
    {
        code.Main = async c => await c.CallActivityAsync<string>("Work", c.GetInput<string>());
        code.Work = c => Task.FromResult<object?>($"Hello {c.GetInput<string>()}");
    }

    /// <summary>Starts nodes and waits until each has its share.</summary>
    public async Task<ClusterNode[]> StartAsync(
        int count, Action<Code>? code = null, Action<PerdureOptions>? configure = null)
    {
        ClusterNode[] started = new ClusterNode[count];
        for (int i = 0; i < count; i++)
            started[i] = await StartNodeAsync(code, configure: configure);
        await UntilFairAsync();
        return started;
    }

    /// <param name="code">What the functions do.</param>
    /// <param name="functions">Those that it has; all by default.</param>
    /// <param name="configure">Options besides.</param>
    public async Task<ClusterNode> StartNodeAsync(
        Action<Code>? code = null, Type[]? functions = null, Action<PerdureOptions>? configure = null)
    {
        ProcessStore store = new(_disk.Beside(), keepsInner: true);
        Code behaviour = new();
        code?.Invoke(behaviour);
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(Log).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton(behaviour);
        builder.Services.AddPerdure(options =>
        {
            options.Source = new GivenStore(store);
            (options.Retention.Completed, options.Retention.Failed, options.Retention.Terminated) = (null, null, null);
            options.FunctionTypes.Add(typeof(Cluster)); // None in it.
            foreach (Type type in functions ?? Hub.AllFunctions)
                options.FunctionTypes.Add(type);
            configure?.Invoke(options);
        });
        ClusterNode node = new(builder.Build(), store, behaviour);
        _nodes.Add(node);
        await node.Host.StartAsync();
        return node;
    }

    /// <summary>Until the living nodes have shares that differ by one at most.</summary>
    public Task UntilFairAsync() => UntilAsync(() =>
    {
        int[] owned = [.. _nodes.Where(n => n.IsAlive && n.Node.Runs).Select(n => n.Node.Owned)];
        return owned.Sum() == Partitions && owned.Max() - owned.Min() <= 1;
    });

    /// <summary>An id whose instance the node owns.</summary>
    public string IdOn(ClusterNode node)
    {
        while (true)
        {
            string id = $"i{++_ids}";
            if (!node.Node.PartitionOf(id).IsElsewhere)
                return id;
        }
    }

    public async Task UntilAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        DateTime end = DateTime.UtcNow + s_deadline;
        while (!condition())
        {
            if (DateTime.UtcNow > end)
                throw new TimeoutException(
                    $"Not within {s_deadline}: {what}\n{string.Join("\n", Log.All.Select(l => l.Text))}");
            await Task.Delay(1); // Allowed: between two looks at a condition.
        }
    }

    /// <summary>In steps, so that whoever lives renews in between.</summary>
    public async Task PassAsync(TimeSpan time, ClusterNode alive)
    {
        for (int i = 0; i < 5; i++)
        {
            int round = alive.Node.Leases.Rounds;
            Clock.Skip(time / 5);
            alive.Node.Leases.Wake();
            await UntilAsync(() => alive.Node.Leases.Rounds > round);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ClusterNode node in _nodes.Where(n => n.IsAlive))
            await node.StopAsync();
    }
}

/// <summary>A process that has the hub open.</summary>
internal sealed class ClusterNode(IHost host, ProcessStore store, Code code)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    public IHost Host => host;

    public ProcessStore Store => store;

    public Code Code => code;

    public Node Node => host.Services.GetRequiredService<PerdureHost>().Node;

    public IDurableClient Client => host.Services.GetRequiredService<IDurableClient>();

    public bool IsAlive { get; private set; } = true;

    public async Task StopAsync()
    {
        IsAlive = false;
        using IHost stopped = host;
        await stopped.StopAsync();
    }

    /// <summary>The process dies: nothing of it is heard of again.</summary>
    public async Task DieAsync()
    {
        IsAlive = false;
        await store.DieAsync();
    }

    public async Task<DurableOrchestrationStatus> EndAsync(string id)
    {
        using CancellationTokenSource deadline = new(s_deadline);
        return await Client.WaitForCompletionAsync(id, null, deadline.Token);
    }
}
