using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Perdure.Core.Stores;
using Perdure.Core.Streams;
using Perdure.PostgreSql;
using Perdure.Sqlite;
using Perdure.Stores.Tests;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Reliable;

/// <summary>
/// The hosts of a user: one on a file, or three on a database, in real time. Each can be killed, and have a clock that
/// is wrong.
/// </summary>
internal sealed class Site : IAsyncDisposable
{
    private const int StreamPartitions = 2;
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(3);

    private readonly string _name = $"hub_{Guid.NewGuid():N}";
    private readonly string? _connectionString;
    private readonly RealHosts _real;
    private readonly List<(IHost Host, Life Life)> _hosts = [];

    private Site(string? connectionString)
    {
        _connectionString = connectionString;
        _real = new RealHosts(_name);
    }

    /// <summary>A folder for one host, or a schema for three.</summary>
    public static async Task<Site> CreateAsync(bool isPostgreSql) =>
        new(isPostgreSql ? (await PostgreSqlServer.Shared).ConnectionString : null);

    public int Size => _connectionString is null ? 1 : 3;

    public ShopJournal Journal { get; } = new();

    /// <summary>The time of all hosts, beside how wrong each clock is.</summary>
    public SiteTime Time { get; } = new();

    /// <summary>How wrong the clock of the next host is.</summary>
    public TimeSpan NextClockError { get; set; }

    public Action<PerdureOptions>? Configure { get; set; }

    public IReadOnlyList<IHost> Hosts => [.. _hosts.Select(h => h.Host)];

    public LogLines Log => _real.Log;

    public IStreamClient Streams => Get<IStreamClient>();

    public IStreamAdminClient StreamAdmin => Get<IStreamAdminClient>();

    public IQueueClient Queues => Get<IQueueClient>();

    public IDeadLetterClient DeadLetters => Get<IDeadLetterClient>();

    public ICircuitClient Circuits => Get<ICircuitClient>();

    /// <summary>As many as the site has, and each with its share.</summary>
    public async Task StartAsync()
    {
        while (_hosts.Count < Size)
            await AddAsync();
        await UntilAsync(() => Hosts.All(h => RealHosts.NodeOf(h).Owned > 0));
    }

    /// <param name="dies">
    /// Asked before each commit of the host, and with true behind it, before the host hears of it: whether it dies.
    /// </param>
    public async Task<(IHost Host, Life Life)> AddAsync(Func<bool, bool>? dies = null)
    {
        Life life = new();
        ClockOf clock = new(Time, NextClockError);
        ProcessStore store = NewStore();
        store.Sees = Time.Of;
        if (dies is not null)
        {
            store.Before = _ => DieAsync(life, dies(false));
            store.After = () => DieAsync(life, dies(true));
        }
        IHost host = await _real.StartAsync(
            _connectionString, lease: s_lease, functions: [typeof(ShopFunctions.Shop)],
            services: services => services.AddSingleton(Journal).AddSingleton(life).AddSingleton<TimeProvider>(clock),
            last: options =>
            {
                options.Source = new GivenStore(store);
                options.Streams.Partitions = StreamPartitions;
                Configure?.Invoke(options);
            });
        _hosts.Add((host, life));
        return (host, life);
    }

    /// <summary>SIGKILL: nothing of it is heard of again.</summary>
    public async Task KillAsync(IHost host)
    {
        (IHost Host, Life Life) dead = _hosts.Single(h => h.Host == host);
        _hosts.Remove(dead);
        dead.Life.Die();
        await _real.DieAsync(host);
    }

    /// <summary>The shard of a queue to which the messages of a session go.</summary>
    public string ShardOf(string queue, string session) =>
        RealHosts.NodeOf(Hosts[0]).Queues.ShardFor(queue, session);

    /// <summary>The log of a stream to which the events of a key go.</summary>
    public static string LogOf(string stream, string key) =>
        StreamIds.Log(stream, StreamIds.LogOf(key, StreamPartitions));

    /// <summary>Whoever owns the place dies, and another host is started.</summary>
    public async Task KillOwnerAsync(string place)
    {
        IHost? owner = null;
        await UntilAsync(() => (owner = Hosts.FirstOrDefault(
            h => !RealHosts.NodeOf(h).PartitionOf(place).IsElsewhere)) is not null);
        await KillAsync(owner!);
        await AddAsync();
    }

    /// <summary>How many messages of a queue wait.</summary>
    public int QueuedIn(string queue) => Hosts.Select(RealHosts.NodeOf)
        .Sum(n => Enumerable.Range(0, n.Partitions).Sum(p => n.Partition(p).QueuedHere(queue).Messages));

    /// <summary>Appends texts that count, some at once.</summary>
    public async Task<IReadOnlyList<string>> AppendAsync(string stream, int first, int count, string? key = null)
    {
        List<string> ids = [];
        for (int i = first; i < first + count; i += 20)
        {
            StreamEntry[] some =
            [
                .. Enumerable.Range(i, Math.Min(20, first + count - i))
                    .Select(n => new StreamEntry($"{n}") { PartitionKey = key ?? $"k{n}" }),
            ];
            ids.AddRange(await Streams.AppendAsync(stream, some));
        }
        return ids;
    }

    public async Task<Circuit> UntilAsync(string circuit, CircuitStatus status)
    {
        Circuit? found = null;
        await UntilAsync(async () => (found = await Circuits.GetAsync(circuit))?.Status == status);
        return found!;
    }

    /// <summary>Until every host that asks it knows that nothing may run.</summary>
    public Task UntilParkedAsync(string circuit) => UntilAsync(() => Hosts.All(
        h => RealHosts.NodeOf(h).Circuits.Find(circuit) is null or { Known.Admits: false }));

    /// <summary>Whether no triggered function runs, or is about to.</summary>
    public bool IsQuiet => Hosts.All(h => RealHosts.NodeOf(h).Triggers is { Running: 0, Waiting: 0 });

    /// <summary>How far a function has not come yet.</summary>
    public async Task<long> LagAsync(string stream, string function) =>
        (await StreamAdmin.ListGroupsAsync(stream)).Single(g => g.FunctionName == function).Lag;

    public Task UntilAsync(Func<bool> condition) => _real.UntilAsync(condition);

    public Task UntilAsync(Func<Task<bool>> condition) => _real.UntilAsync(condition);

    public async Task<IReadOnlyList<DeadLetter>> PutAsideAsync(DeadLetterState? state = DeadLetterState.Active)
    {
        List<DeadLetter> all = [];
        await foreach (DeadLetter letter in DeadLetters.ReadAllAsync(new DeadLetterFilter { State = state }))
            all.Add(letter);
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        await _real.DisposeAsync();
        if (_connectionString is null)
        {
            Directory.Delete(Folder, recursive: true);
            return;
        }
        await using NpgsqlConnection connection = new(_connectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand drop = new($"drop schema if exists {_name} cascade", connection);
        await drop.ExecuteNonQueryAsync();
    }

    private string Folder => Path.Combine(Path.GetTempPath(), $"perdure-{_name}");

    private T Get<T>() where T : notnull => _hosts[^1].Host.Services.GetRequiredService<T>();

    private ProcessStore NewStore() => _connectionString is null
        ? new(new SqliteStore(new SqliteStoreOptions { Path = Path.Combine(Folder, "hub.db"), Partitions = 4 }), false)
        : new(
            new PostgreSqlStore(
                new PostgreSqlStoreOptions { ConnectionString = _connectionString, Schema = _name, Partitions = 8 }),
            false);

    /// <summary>A process that is dead at a commit sends nothing more, or hears nothing of what was written.</summary>
    private static Task DieAsync(Life life, bool now)
    {
        if (now)
            life.Die();
        return life.IsDead ? new TaskCompletionSource().Task : Task.CompletedTask;
    }
}
