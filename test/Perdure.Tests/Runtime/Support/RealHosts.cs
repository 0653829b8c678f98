using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure.Core.Stores;
using Perdure.Hosting;

namespace Perdure.Tests.Runtime.Support;

/// <summary>Hosts as a user starts them, in real time, on a real database.</summary>
internal sealed class RealHosts(string hub) : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly List<IHost> _hosts = [];

    public Code Code { get; } = new();

    public LogLines Log { get; } = new();

    public async Task<IHost> StartAsync(
        string? connectionString, Action<PostgreSqlOptions>? configure = null, TimeSpan? lease = null,
        IEnumerable<Type>? functions = null, Action<IServiceCollection>? services = null,
        Action<PerdureOptions>? last = null)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(Log);
        builder.Services.AddSingleton(Code);
        services?.Invoke(builder.Services);
        builder.Services.AddPerdure(options =>
        {
            options.TaskHub = hub;
            options.Lease = lease ?? options.Lease;
            if (connectionString is not null)
                options.UsePostgreSql(connectionString, configure);
            foreach (Type type in functions ?? Hub.AllFunctions)
                options.FunctionTypes.Add(type);
            last?.Invoke(options);
        });
        IHost host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    /// <summary>Its process dies, if it has a <see cref="ProcessStore"/>: nothing of it is heard of again.</summary>
    public async Task DieAsync(IHost host)
    {
        _hosts.Remove(host);
        await ((ProcessStore)NodeOf(host).Store).DieAsync();
    }

    public static IDurableClient Client(IHost host) => host.Services.GetRequiredService<IDurableClient>();

    public static Perdure.Runtime.Node NodeOf(IHost host) => host.Services.GetRequiredService<PerdureHost>().Node;

    /// <summary>As a process ends that was told nothing: by <c>await host.RunAsync()</c>.</summary>
    public static async Task<Exception?> EndOfAsync(IHost host, TimeSpan within)
    {
        try
        {
            await host.WaitForShutdownAsync().WaitAsync(within);
            return null;
        }
        catch (StoreException e)
        {
            return e;
        }
    }

    /// <summary>What the store could not be asked about is refused; a client asks again.</summary>
    public static async Task AskAsync(Func<Task> request)
    {
        while (true)
        {
            try
            {
                await request();
                return;
            }
            catch (StoreException)
            {
                await Task.Delay(20); // Allowed: as a client waits before it asks again.
            }
        }
    }

    public Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        DateTime end = DateTime.UtcNow + s_deadline;
        while (!await condition())
        {
            if (DateTime.UtcNow > end)
                throw new TimeoutException(string.Join("\n", Log.All.Select(l => l.Text)));
            await Task.Delay(1); // Allowed: between two looks at a condition.
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IHost host in _hosts)
        {
            try
            {
                await host.StopAsync();
            }
            catch (StoreException)
            {
                // The database may be gone by now.
            }
            host.Dispose();
        }
    }
}
