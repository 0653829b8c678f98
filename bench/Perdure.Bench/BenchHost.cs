using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Memory;
using Perdure.PostgreSql;
using Perdure.Sqlite;

namespace Perdure.Bench;

/// <summary>The product as a user runs it: generic host, default options, logging of warnings only.</summary>
internal sealed class BenchHost : IAsyncDisposable
{
    private readonly IHost _host;

    private BenchHost(IHost host) => _host = host;

    public IQueueClient Queues => _host.Services.GetRequiredService<IQueueClient>();

    public IStreamClient Streams => _host.Services.GetRequiredService<IStreamClient>();

    public IDurableClient Client => _host.Services.GetRequiredService<IDurableClient>();

    public static async Task<BenchHost> StartAsync(
        BenchOptions options, string name, bool keep = false, int? cache = null, Action<Batch>? look = null)
    {
        string path = PathOf(options, name);
        if (!keep)
            Clean(options, path);
        HostApplicationBuilder builder =
            Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddLogging(l => l.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole());
        builder.Services.AddPerdure(o =>
        {
            o.FunctionTypes.Add(typeof(Functions));
            o.FunctionTypes.Add(typeof(EventFunctions));
            o.SessionCacheSize = cache ?? o.SessionCacheSize;
            if (options.Store == "memory")
                o.UseMemory();
            else
                o.UseSqlite(path);
            if (look is not null)
                o.Source = new GivenStore(new PassingStore(StoreOf(options, path), look));
            else if (options.Store == "postgresql")
                o.Source = new GivenStore(StoreOf(options, path));
        });
        IHost host = builder.Build();
        await host.StartAsync();
        return new BenchHost(host);
    }

    public static IStore StoreOf(BenchOptions options, string path) => options.Store switch
    {
        "memory" => new MemoryStore("bench", new HubSecret([]), 4),
        "postgresql" => new PostgreSqlStore(new PostgreSqlStoreOptions
        {
            ConnectionString = options.Connection!,
            Schema = SchemaOf(path),
        }),
        _ => new SqliteStore(new SqliteStoreOptions { Path = path, Partitions = 4 }),
    };

    public static string PathOf(BenchOptions options, string name)
    {
        Directory.CreateDirectory(options.Folder);
        return Path.Combine(options.Folder, $"{name}.db");
    }

    /// <summary>Makes place for a new hub.</summary>
    public static void Clean(BenchOptions options, string path)
    {
        if (options.Store == "postgresql")
        {
            using NpgsqlConnection connection = new(options.Connection);
            connection.Open();
            using NpgsqlCommand drop = new($"drop schema if exists {SchemaOf(path)} cascade; checkpoint", connection);
            drop.ExecuteNonQuery();
        }
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*"))
            File.Delete(file);
    }

    public static string SchemaOf(string path) =>
        "bench_" + Path.GetFileNameWithoutExtension(path).Replace('-', '_');

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
