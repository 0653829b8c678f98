using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Memory;
using Perdure.Hosting;
using Perdure.Sqlite;
using static Perdure.Tests.Runtime.Support.CodeFunctions;

namespace Perdure.Tests.Runtime.Support;

/// <summary>On what a test runs.</summary>
public enum Setup
{
    Memory,
    MemoryCold,
    Sqlite,
    SqliteCold,
}

/// <summary>
/// A task hub that outlives the hosts that serve it one after the other. A host can be stopped, or it dies: then
/// nothing is released, and what it had not committed is gone.
/// </summary>
internal sealed class Hub(Setup setup) : IAsyncDisposable
{
    private const int Partitions = 4;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly MemoryStore _memory = new("memory", new HubSecret(new byte[HubSecret.Length]), Partitions);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"perdure-{Guid.NewGuid():N}");
    private IHost? _host;
    private Action<PerdureOptions>? _configure;

    public static Type[] AllFunctions { get; } =
    [
        typeof(MainFunction), typeof(ChildFunction), typeof(WorkFunction), typeof(OtherFunction),
        typeof(ThingFunction), typeof(QueueFunction), typeof(StreamFunction),
    ];

    public SkipClock Clock { get; } = new();

    public Code Code { get; } = new();

    public LogLines Log { get; } = new();

    public IReadOnlyList<Type> Functions { get; set; } = AllFunctions;

    public Action<IServiceCollection>? Services { get; set; }

    /// <summary>
    /// What the store holds at the end must replay; not where a test changes code or breaks the rules.
    /// </summary>
    public bool ChecksReplay { get; set; } = true;

    public bool IsCold => setup is Setup.MemoryCold or Setup.SqliteCold;

    public bool IsSqlite => setup is Setup.Sqlite or Setup.SqliteCold;

    public string SqlitePath => Path.Combine(_folder, "hub.db");

    public ProcessStore Store { get; private set; } = null!;

    public IServiceProvider Provider => _host!.Services;

    public IQueueClient Queues => Provider.GetRequiredService<IQueueClient>();

    public IStreamClient Streams => Provider.GetRequiredService<IStreamClient>();

    public IDurableClient Client => Provider.GetRequiredService<IDurableClient>();

    public PerdureHost Host => Provider.GetRequiredService<PerdureHost>();

    /// <summary>Builds and starts a host on the hub; later hosts are configured alike unless told otherwise.</summary>
    public async Task StartAsync(Action<PerdureOptions>? configure = null)
    {
        Build(configure);
        await _host!.StartAsync();
    }

    public void Build(Action<PerdureOptions>? configure = null)
    {
        _configure = configure ?? _configure;
        Store = IsSqlite
            ? new ProcessStore(
                new SqliteStore(new SqliteStoreOptions { Path = SqlitePath, Partitions = Partitions }), false)
            : new ProcessStore(_memory, true);
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(Log).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton(Code);
        builder.Services.AddSingleton<Life>();
        Services?.Invoke(builder.Services);
        builder.Services.AddPerdure(options =>
        {
            options.Source = new GivenStore(Store);
            options.SessionCacheSize = IsCold ? 0 : 10_000;
            (options.Retention.Completed, options.Retention.Failed, options.Retention.Terminated) = (null, null, null);
            foreach (Type type in Functions)
                options.FunctionTypes.Add(type);
            _configure?.Invoke(options);
        });
        _host = builder.Build();
    }

    public async Task StopAsync()
    {
        using IHost host = _host!;
        await host.StopAsync();
        _host = null;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>The process dies. Its host is not stopped and not disposed of, only left.</summary>
    public async Task DieAsync()
    {
        Provider.GetRequiredService<Life>().Die();
        await Store.DieAsync();
        _host = null;
    }

    public async Task CrashAsync()
    {
        await DieAsync();
        await StartAsync();
    }

    public async Task<DurableOrchestrationStatus> RunAsync(object? input = null, string name = "Main") =>
        await EndAsync(await Client.StartNewAsync(name, new StartOptions(), input));

    public async Task<DurableOrchestrationStatus> EndAsync(string id)
    {
        using CancellationTokenSource deadline = new(Deadline);
        try
        {
            return await Client.WaitForCompletionAsync(id, null, deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            DurableOrchestrationStatus? status = await Client.GetStatusAsync(id, true, true);
            string history = string.Join("\n", status?.History?.Select(e => e.ToString()) ?? []);
            throw new TimeoutException(
                $"'{id}' has not ended: "
                + $"{status?.RuntimeStatus}\n{history}\n{string.Join("\n", Log.All.Select(l => l.Text))}");
        }
    }

    public async Task<T?> OutputAsync<T>(string id)
    {
        DurableOrchestrationStatus status = await EndAsync(id);
        status.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed, status.Output.ToString());
        return System.Text.Json.JsonSerializer.Deserialize<T>(status.Output);
    }

    public async Task<DurableOrchestrationStatus> StatusAsync(string id, bool history = false) =>
        (await Client.GetStatusAsync(id, history, history)).ShouldNotBeNull();

    public Task UntilAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        UntilAsync(() => Task.FromResult(condition()), what);

    public async Task UntilAsync(
        Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        DateTime end = DateTime.UtcNow + Deadline;
        while (!await condition())
        {
            if (DateTime.UtcNow > end)
                throw new TimeoutException(
                    $"Not within {Deadline}: {what}\n{string.Join("\n", Log.All.Select(l => l.Text))}");
            await Task.Delay(1); // Allowed: between two looks at a condition.
        }
    }

    /// <summary>Until the instance has this event in its history so often.</summary>
    public Task UntilHistoryAsync(string id, string eventType, int count = 1) => UntilAsync(
        async () => (await Client.GetStatusAsync(id, true))?.History!.Count(e => e.EventType == eventType) >= count,
        $"{count} {eventType} in '{id}'");

    public Task UntilStatusAsync(string id, OrchestrationRuntimeStatus status) =>
        UntilAsync(async () => (await Client.GetStatusAsync(id))?.RuntimeStatus == status, $"'{id}' is {status}");

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (TestContext.Current.TestState?.Result == TestResult.Passed)
                await EndWellAsync();
        }
        finally
        {
            if (_host is not null)
                await DieAsync();
            if (Directory.Exists(_folder))
                Directory.Delete(_folder, true);
        }
    }

    private async Task EndWellAsync()
    {
        if (_host is null)
            await StartAsync();
        if (ChecksReplay)
            await StoredHistories.CheckAsync(Store, Host);
        await StopAsync();
    }
}
