using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Perdure.Torture.Nodes;

/// <summary>
/// A server of PostgreSQL of our own, as durable as it comes, with a role that has no rights and owns nothing but the
/// schema of the hub. It is stopped when this process ends, also by a signal.
/// </summary>
internal sealed class TortureServer : IAsyncDisposable
{
    public const string Hub = "torture_hub";

    private const string User = "postgres";
    private const string Role = "torture";

    private readonly string _folder;
    private readonly string _binaries;

    private TortureServer(string folder, string binaries, int port, bool isCareless)
    {
        (_folder, _binaries, Port, IsCareless) = (folder, binaries, port, isCareless);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => StopAsync().GetAwaiter().GetResult();
    }

    public int Port { get; }

    public bool IsCareless { get; }

    /// <summary>Of somebody who may do everything, past all proxies.</summary>
    public string Administrator =>
        $"Host=127.0.0.1;Port={Port};Username={User};Database={Role};Search Path={Hub};Pooling=false;Timeout=5;"
        + "SSL Mode=Disable";

    /// <summary>Null, with a reason, where none is installed.</summary>
    /// <param name="logs">Where its log goes at the end.</param>
    /// <param name="isCareless">Whether it answers commits before they are on the disk.</param>
    public static async Task<(TortureServer? Server, string Reason)> TryStartAsync(string logs, bool isCareless)
    {
        string? binaries = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        if (binaries is null)
            return (null, "there is no PostgreSQL under /usr/lib/postgresql");
        string folder = Directory.CreateTempSubdirectory("perdure-torture-server-").FullName;
        if (Environment.UserName == "root")
            await RunAsync("chown", User, folder);
        TortureServer server = new(folder, Path.Combine(binaries, "bin"), FreePort(), isCareless);
        await server.CreateAsync();
        Directory.CreateDirectory(logs);
        return (server, "");
    }

    /// <summary>What a node connects with, by way of a proxy.</summary>
    public static string OfNode(int port) =>
        $"Host=127.0.0.1;Port={port};Username={Role};Database={Role};SSL Mode=Disable;GSS Encryption Mode=Disable";

    /// <summary>
    /// Of a careless server: what writes its log stands still until the next restart, as on a machine whose memory is
    /// lost with it.
    /// </summary>
    public async Task HoldLogAsync()
    {
        object? writer = await AskAsync("select pid from pg_stat_activity where backend_type = 'walwriter'");
        await RunAsync("kill", "-STOP", $"{writer}");
    }

    /// <summary>Nobody is asked, nothing is put in order: what was not in the log is gone.</summary>
    public Task RestartAsync() =>
        RunAsServerAsync($"{_binaries}/pg_ctl", "-D", $"{_folder}/data", "-l", $"{_folder}/log", "-m", "immediate",
            "-w", "restart");

    /// <summary>One answer of the administrator, or null when there is none.</summary>
    public async Task<object?> AskAsync(string sql)
    {
        await using NpgsqlConnection connection = new(Administrator);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteScalarAsync() is { } answer and not DBNull ? answer : null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task StopAsync()
    {
        if (!Directory.Exists(_folder))
            return;
        await RunAsServerAsync($"{_binaries}/pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The log of the server, for those who look for a cause.</summary>
    public void KeepLog(string folder) => File.Copy($"{_folder}/log", Path.Combine(folder, "server.log"), true);

    private async Task CreateAsync()
    {
        await RunAsServerAsync(
            $"{_binaries}/initdb", "-D", $"{_folder}/data", "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C");
        await File.AppendAllTextAsync(
            $"{_folder}/data/postgresql.conf",
            $"""

            port = {Port}
            listen_addresses = '127.0.0.1'
            unix_socket_directories = '{_folder}'
            fsync = on
            synchronous_commit = {(IsCareless ? "off" : "on")}
            {(IsCareless ? "wal_buffers = 64MB\nbgwriter_lru_maxpages = 0" : "")}
            full_page_writes = on
            max_connections = 150
            log_line_prefix = '%m %p %a '
            """);
        await RunAsServerAsync(
            $"{_binaries}/pg_ctl", "-D", $"{_folder}/data", "-l", $"{_folder}/log", "-w", "start");
        await using NpgsqlConnection connection =
            new(new NpgsqlConnectionStringBuilder(Administrator) { Database = User }.ConnectionString);
        await connection.OpenAsync();
        foreach (string sql in new[]
        {
            $"create role {Role} login nosuperuser nocreatedb nocreaterole", $"create database {Role}",
        })
        {
            await using NpgsqlCommand command = new(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
        await AskAsync($"create schema {Hub} authorization {Role}");
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The server refuses to run as root.</summary>
    private static Task RunAsServerAsync(string program, params string[] arguments) => Environment.UserName == "root"
        ? RunAsync("setpriv", [$"--reuid={User}", $"--regid={User}", "--clear-groups", program, .. arguments])
        : RunAsync(program, arguments);

    public static async Task RunAsync(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        // A server that is started keeps the streams open, so they are not read to their end.
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }
}
