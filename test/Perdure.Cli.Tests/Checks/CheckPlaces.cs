using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Perdure.Cli.Tests.Support;
using Perdure.CheckedProgram;

namespace Perdure.Cli.Tests.Checks;

/// <summary>A hub with instances that wait, a program to be checked on it, and a host that may run meanwhile.</summary>
internal sealed class CheckPlaces : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Places _places;
    private readonly string _schema;
    private readonly string _connection;
    private IHost? _host;

    private CheckPlaces(Places places, bool isDatabase)
    {
        _places = places;
        _schema = isDatabase ? places.NewSchema() : "perdure";
        _connection = isDatabase ? places.Connection : places.NewFile();
    }

    /// <summary>The program of this build.</summary>
    public static string Program { get; } = typeof(Code).Assembly.Location
        .Replace("Perdure.Cli.Tests", "Perdure.CheckedProgram", StringComparison.Ordinal);

    public string Hub => _connection;

    public string Schema => _schema;

    public string Directory => _places.Directory;

    public string Proof => Path.Combine(_places.Directory, "proof.txt");

    public IDurableClient Client => _host!.Services.GetRequiredService<IDurableClient>();

    public static async Task<CheckPlaces> CreateAsync(bool isDatabase = false) =>
        new(isDatabase ? await Places.CreateAsync() : new Places(), isDatabase);

    /// <summary>Starts a host with the code as it was.</summary>
    public async Task ServeAsync()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(new Proof(null));
        builder.Services.AddPerdure(options =>
        {
            options.TaskHub = _schema;
            if (_connection.Contains('=', StringComparison.Ordinal))
                options.UsePostgreSql(_connection);
            else
                options.UseSqlite(_connection);
            foreach (Type type in Code.Of(""))
                options.FunctionTypes.Add(type);
        });
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async Task StopAsync()
    {
        if (_host is null)
            return;
        await _host.StopAsync();
        _host.Dispose();
        _host = null;
    }

    /// <summary>Starts instances and waits until they wait.</summary>
    public async Task WaitingAsync(string orchestrator, params string[] ids)
    {
        DateTime end = DateTime.UtcNow + s_patience;
        foreach (string id in ids)
        {
            await Client.StartNewAsync(orchestrator, id);
            while (await Client.ExplainAsync(id) != "It waits for the event 'Go'.")
            {
                if (DateTime.UtcNow > end)
                    throw new TimeoutException($"'{id}' does not wait: {await Client.ExplainAsync(id)}");
                await Task.Delay(1); // Allowed: between two looks at a condition.
            }
        }
    }

    /// <summary>Everything in the hub that a reader could have changed, as text.</summary>
    public async Task<string> ContentAsync()
    {
        string[] tables = ["hub", "nodes", "partitions", "instances", "history", "messages", "timers", "tasks"];
        List<string> all = [];
        foreach (string table in tables)
        {
            all.Add(_connection.Contains('=', StringComparison.Ordinal)
                ? await _places.DatabaseAsync($"select t::text from {_schema}.{table} t order by 1")
                : Places.File(_connection, $"select * from {table}"));
        }
        return string.Join('\n', all);
    }

    /// <summary>Checks a build of the program on the hub.</summary>
    public Task<Said> CheckAsync(string builder, string code, params string[] options) =>
        CheckAsync(CancellationToken.None, builder, code, options);

    public Task<Said> CheckAsync(
        CancellationToken cancellationToken, string builder, string code, params string[] options) =>
        Shell.RunAsync(
            [], cancellationToken, ["check", Program, .. options, "--", builder, code, _connection, _schema, Proof]);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _places.DisposeAsync();
    }
}
