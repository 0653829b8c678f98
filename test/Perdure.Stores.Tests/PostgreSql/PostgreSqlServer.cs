using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Perdure.Stores.Tests;

/// <summary>
/// A server of PostgreSQL that belongs to the tests of this process: on loopback, in a folder of its own, gone at the
/// end. It is started by the first test that wants it.
/// </summary>
internal sealed class PostgreSqlServer : IAsyncDisposable
{
    private const string User = "postgres";
    private static readonly TimeSpan s_startMax = TimeSpan.FromSeconds(60);

    private static readonly Lazy<Task<PostgreSqlServer>> s_shared = new(() => StartAsync(durable: false));

    private readonly string _folder;
    private readonly string _binaries;

    private PostgreSqlServer(string folder, string binaries, int port)
    {
        (_folder, _binaries, Port) = (folder, binaries, port);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Stop();
    }

    public static Task<PostgreSqlServer> Shared => s_shared.Value;

    public int Port { get; }

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username={User};Database=postgres";

    /// <param name="durable">Whether commits are on the disk before they are answered.</param>
    public static async Task<PostgreSqlServer> StartAsync(bool durable)
    {
        string binaries = Binaries();
        string folder = Directory.CreateTempSubdirectory("perdure-postgresql-").FullName;
        if (Environment.UserName == "root")
            Run("chown", User, folder);
        RunAsServer(
            $"{binaries}/initdb", "-D", $"{folder}/data", "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C");
        PostgreSqlServer server = new(folder, binaries, FreePort());
        string settings =
            $"-p {server.Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} "
            + "-c max_connections=200 -c timezone=UTC"
            + (durable ? "" : " -c fsync=off -c synchronous_commit=off -c full_page_writes=off");
        RunAsServer(
            $"{binaries}/pg_ctl", "-D", $"{folder}/data", "-l", $"{folder}/log", "-w", "-o", settings, "start");
        await server.AnswersAsync();
        return server;
    }

    public ValueTask DisposeAsync()
    {
        Stop();
        return ValueTask.CompletedTask;
    }

    private void Stop()
    {
        if (!Directory.Exists(_folder))
            return;
        RunAsServer($"{_binaries}/pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AnswersAsync()
    {
        using CancellationTokenSource patience = new(s_startMax);
        await using NpgsqlConnection connection = new(ConnectionString);
        await connection.OpenAsync(patience.Token);
    }

    private static string Binaries() =>
        Directory.Exists("/usr/lib/postgresql")
            && Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).LastOrDefault()
                is { } newest
            ? Path.Combine(newest, "bin")
            : throw new InvalidOperationException(
                "These tests start a PostgreSQL server of their own and found none under /usr/lib/postgresql. Install "
                + "the package 'postgresql', or run the tests with eng/test.sh, which does.");

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The server refuses to run as root.</summary>
    private static void RunAsServer(string program, params string[] arguments)
    {
        if (Environment.UserName == "root")
            Run("setpriv", [$"--reuid={User}", $"--regid={User}", "--clear-groups", program, .. arguments]);
        else
            Run(program, arguments);
    }

    private static void Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        // A server that is started keeps the streams open, so they are not read to their end.
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: "
                + process.StandardError.ReadToEnd());
        }
    }
}
