using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Memory;
using Perdure.Sqlite;

namespace Perdure.Bench;

/// <summary>The product as a user runs it: generic host, default options, logging of warnings only.</summary>
internal sealed class BenchHost : IAsyncDisposable
{
    private readonly IHost _host;

    private BenchHost(IHost host) => _host = host;

    public IDurableClient Client => _host.Services.GetRequiredService<IDurableClient>();

    public static async Task<BenchHost> StartAsync(
        BenchOptions options, string name, bool keep = false, int? cache = null, Action<Batch>? look = null)
    {
        string path = PathOf(options, name);
        if (!keep)
            Clean(path);
        HostApplicationBuilder builder =
            Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddLogging(l => l.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole());
        builder.Services.AddPerdure(o =>
        {
            o.FunctionTypes.Add(typeof(Functions));
            o.SessionCacheSize = cache ?? o.SessionCacheSize;
            if (options.Store == "memory")
                o.UseMemory();
            else
                o.UseSqlite(path);
            if (look is not null)
                o.Store = new PassingStore(StoreOf(options, path), look);
        });
        IHost host = builder.Build();
        await host.StartAsync();
        return new BenchHost(host);
    }

    public static IStore StoreOf(BenchOptions options, string path) => options.Store == "memory"
        ? new MemoryStore("bench", 4)
        : new SqliteStore(new SqliteStoreOptions { Path = path, Partitions = 4 });

    public static string PathOf(BenchOptions options, string name)
    {
        Directory.CreateDirectory(options.Folder);
        return Path.Combine(options.Folder, $"{name}.db");
    }

    public static void Clean(string path)
    {
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*"))
            File.Delete(file);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
