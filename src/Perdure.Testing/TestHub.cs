using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Memory;
using Perdure.Hosting;
using Perdure.Runtime;

namespace Perdure.Testing;

/// <summary>
/// A task hub for a test: in memory, without ports and files, with a host whose time is virtual. Time stands still
/// while functions run, and jumps to what is due next when the test waits and nothing else is under way: a workflow of
/// months runs in milliseconds. Many hubs can be used side by side; one hub is for one test, which calls it from one
/// thread at a time.
/// </summary>
/// <remarks>
/// Functions get the time from <see cref="TimeProvider"/> of the services; by whatever other clock they wait, the hub
/// waits with them in real time. All that the runtime does is one piece of work after the other, so a function must not
/// block its thread until something else of the hub has happened.
/// </remarks>
public sealed partial class TestHub : IAsyncDisposable
{
    /// <summary>What the runtime waits for by itself, a moment later, is not the next thing that is due.</summary>
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(250);

    /// <summary>What the runtime waits for longer than this is upkeep.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromHours(1);

    private static readonly TimeSpan s_never = TimeSpan.FromDays(365 * 10);
    private static readonly TimeSpan s_upkeep = TimeSpan.FromDays(365 * 40);

    /// <summary>The longest that a task can be delayed by.</summary>
    private static readonly TimeSpan s_seldom = TimeSpan.FromDays(49);

    /// <summary>How long a function may be at something that the hub does not see when nothing else is left.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>How long a function may wait by the clock of the hub before that is noticed, in real time.</summary>
    private static readonly TimeSpan s_notice = TimeSpan.FromMilliseconds(20);

    private readonly TestHubBuilder _builder;
    private readonly MemoryStore _disk;
    private readonly VirtualClock _clock;
    private SerialScheduler _scheduler = new();
    private IHost? _host;
    private long _stepsBefore;

    private TestHub(TestHubBuilder builder)
    {
        _builder = builder;
        _disk = new MemoryStore("test", new HubSecret(RandomNumberGenerator.GetBytes(HubSecret.Length)), 1);
        _clock = new VirtualClock(builder.StartTime, work => _scheduler.Post(work));
    }

    /// <summary>Starts a hub.</summary>
    /// <param name="configure">Says which functions it has, and what is different.</param>
    /// <returns>The hub; the test disposes of it.</returns>
    /// <exception cref="ArgumentException">It has no functions.</exception>
    public static async Task<TestHub> StartAsync(Action<TestHubBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        TestHubBuilder builder = new();
        configure(builder);
        if (builder.Types.Count == 0)
            throw new ArgumentException("The hub has no functions: call AddFunctions(typeof(…)).", nameof(configure));
        TestHub hub = new(builder);
        await hub.StartHostAsync();
        await hub.QuietAsync();
        hub._waitsFrom = null;
        return hub;
    }

    /// <summary>Starts and asks orchestrations; calls are answered without time going on.</summary>
    public IDurableClient Client => Services.GetRequiredService<IDurableClient>();

    /// <summary>Sends messages to queues.</summary>
    public IQueueClient Queues => Services.GetRequiredService<IQueueClient>();

    /// <summary>Appends events to streams.</summary>
    public IStreamClient Streams => Services.GetRequiredService<IStreamClient>();

    /// <summary>The services of the host; others after a kill.</summary>
    public IServiceProvider Services =>
        _host?.Services ?? throw new ObjectDisposedException(nameof(TestHub));

    /// <summary>The time of the hub.</summary>
    public DateTimeOffset Now => _clock.GetUtcNow();

    private Node Node => Services.GetRequiredService<PerdureHost>().Node;

    /// <summary>
    /// Waits until an orchestration has ended, in whatever way. Time jumps from what is due to what is due next.
    /// </summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="within">How far time may go at most; a hundred years by default.</param>
    /// <returns>Its status.</returns>
    /// <exception cref="TestHubIdleException">
    /// It cannot end: it waits for something that does not come by itself, such as an event; or a function that is all
    /// that it waits for has been at something outside the hub for 30 seconds of real time.
    /// </exception>
    /// <exception cref="TimeoutException">It has not ended within that time.</exception>
    public async Task<DurableOrchestrationStatus> WaitForCompletionAsync(string instanceId, TimeSpan? within = null)
    {
        DateTimeOffset latest = Now + (within ?? TimeSpan.FromDays(36_500));
        while (true)
        {
            await QuietAsync();
            DurableOrchestrationStatus status = await Client.GetStatusAsync(instanceId)
                ?? throw new ArgumentException($"There is no instance '{instanceId}'.", nameof(instanceId));
            if (status.RuntimeStatus is not (OrchestrationRuntimeStatus.Pending or OrchestrationRuntimeStatus.Running
                or OrchestrationRuntimeStatus.Suspended or OrchestrationRuntimeStatus.ContinuedAsNew))
                return status;
            if (Next() is not { } next)
            {
                if (await FunctionsGoOnAsync())
                    continue;
                throw new TestHubIdleException($"'{instanceId}' does not end: {await WhyAsync(instanceId)}");
            }
            if (next > latest)
                throw new TimeoutException($"'{instanceId}' has not ended by {latest:O}: {await WhyAsync(instanceId)}");
            _clock.GoTo(next);
        }
    }

    /// <summary>Lets time go on, through all that is due on the way.</summary>
    /// <param name="time">How far; not negative. Zero finishes what is under way.</param>
    public Task AdvanceAsync(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        return AdvanceToAsync(Now + time);
    }

    /// <summary>Lets time go on to this moment, through all that is due on the way.</summary>
    /// <param name="time">When; what is over does nothing.</param>
    public async Task AdvanceToAsync(DateTimeOffset time)
    {
        await QuietAsync();
        while (Next() is { } next && next <= time)
        {
            _clock.GoTo(next);
            await QuietAsync();
        }
        if (time > Now)
            _clock.GoTo(time);
        await QuietAsync();
    }

    /// <summary>
    /// Lets time go on until nothing is due any more: whatever is left waits for something from outside. Do not use it
    /// with functions that a timer triggers, or with workflows that never end: it would not either.
    /// </summary>
    public async Task AdvanceUntilIdleAsync()
    {
        await QuietAsync();
        while (Next() is { } next)
        {
            _clock.GoTo(next);
            await QuietAsync();
        }
    }

    /// <summary>The history of an orchestration, with inputs and results, oldest first.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    public async Task<IReadOnlyList<DurableHistoryEvent>> GetHistoryAsync(string instanceId)
    {
        DurableOrchestrationStatus? status =
            await Client.GetStatusAsync(instanceId, showHistory: true, showHistoryOutput: true);
        return status?.History
            ?? throw new ArgumentException($"There is no instance '{instanceId}'.", nameof(instanceId));
    }

    /// <summary>Ends the hub. What runs is left alone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_host is null)
            return;
        (IHost host, _host) = (_host, null);
        _scheduler.StopsAt = null;
        using CancellationTokenSource now = new(s_notice);
        try
        {
            // Somebody may wait by the clock, which stands still.
            await host.StopAsync(now.Token).WaitAsync(TimeSpan.FromSeconds(1));
            await ((IAsyncDisposable)host).DisposeAsync();
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            _scheduler.Kill();
        }
        _clock.Forget();
    }

    private async Task StartHostAsync()
    {
        SerialScheduler scheduler = _scheduler = new SerialScheduler();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<TimeProvider>(new FunctionClock(_clock));
        builder.Services.AddSingleton(services => new HostHooks(scheduler, _clock)
        {
            Settings = static settings => settings with
            {
                TimerHorizon = s_upkeep,
                AuditEvery = s_upkeep,
                RetentionEvery = s_seldom,
                UsageSampleEvery = s_upkeep,
                RecordAfter = TimeSpan.Zero,
            },
            Functions = (functions, serializer) => _builder.Mocks.Aggregate(
                functions, (all, mock) => all.WithInstead(mock.Function(serializer, services))),
        });
        _builder.Apply(builder.Services);
        builder.Services.AddPerdure(options =>
        {
            options.UseMemory();
            options.Source = new GivenStore(_disk);
            options.DrainTimeout = TimeSpan.Zero;
            _builder.Apply(options);
        });
        _host = builder.Build();
        await _host.StartAsync();
    }

    /// <summary>Waits until nothing is under way, or only functions that wait by the clock of the hub.</summary>
    private async Task QuietAsync()
    {
        DateTimeOffset until = Now + s_moment;
        long waited = 0;
        _waitsFrom ??= _scheduler.Steps;
        _scheduler.StopsAt = _diesAfter;
        while (true)
        {
            await _scheduler.WhenIdleAsync();
            if (await DiesAsync())
                continue;
            long steps = _scheduler.Steps;
            if (Node.Work.Count == 0)
            {
                // What a function waited for in real time may have come since, and its end is on its way.
                if (_scheduler.RestsSince(steps))
                    break;
                continue;
            }
            if (_clock.Next(ofFunctions: false) is { } soon && soon <= until && !IsOfFunctions(soon))
            {
                _clock.GoTo(soon);
                continue;
            }
            // A function is at something that is not seen here, or waits by the clock of the hub.
            await Task.Delay(1);
            waited = _scheduler.Steps == steps ? waited + 1 : 0;
            if (waited >= s_notice.TotalMilliseconds && _clock.Next(ofFunctions: true) is not null)
                break;
        }
        _scheduler.StopsAt = null;
    }

    /// <summary>
    /// Nothing is due, but a function may be at something in real time, such as I/O: its end is waited for.
    /// </summary>
    private async Task<bool> FunctionsGoOnAsync()
    {
        long steps = _scheduler.Steps, began = Stopwatch.GetTimestamp();
        while (Node.Activities.Running + Node.Triggers.Running > 0 && Stopwatch.GetElapsedTime(began) < s_patience)
        {
            if (_scheduler.Steps != steps)
                return true;
            await Task.Delay(1);
        }
        return _scheduler.Steps != steps;
    }

    private bool IsOfFunctions(DateTimeOffset due) => _clock.Next(ofFunctions: true) == due || NextAlarm() == due;

    /// <summary>What time can jump to; null when nothing is due.</summary>
    private DateTimeOffset? Next()
    {
        DateTimeOffset now = Now;
        DateTimeOffset? next = Earlier(NextAlarm(), _clock.Next(ofFunctions: true));
        // Something is under way, and waits for nothing of the kind: the runtime tries it again in a while.
        if (next is null && Node.Work.Count > 0 && _clock.Next(ofFunctions: false) is { } again && again - now < s_soon)
            next = again;
        return next - now < s_never ? next : null;
    }

    private DateTimeOffset? NextAlarm()
    {
        long now = Now.ToUnixTimeMilliseconds();
        return Node.Alarms.NextAfter(now) is { } at && at - now < s_never.TotalMilliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(at)
            : null;
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null || other < one ? other : one;

    private async Task<string> WhyAsync(string instanceId) =>
        await Client.ExplainAsync(instanceId) ?? "it has ended just now.";
}
