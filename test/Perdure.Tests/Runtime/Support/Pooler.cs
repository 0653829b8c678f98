using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Perdure.Stores.Tests;

namespace Perdure.Tests.Runtime.Support;

/// <summary>
/// PgBouncer before a server of the tests, in transaction mode, with a handful of sessions for everybody.
/// </summary>
internal sealed class Pooler : IAsyncDisposable
{
    public const int Sessions = 6;
    private const string Program = "/usr/sbin/pgbouncer";

    private readonly Process _process;

    private Pooler(Process process, int port) => (_process, Port) = (process, port);

    public static bool IsInstalled => File.Exists(Program);

    public int Port { get; }

    public static async Task<Pooler> StartAsync(PostgreSqlServer server, string user, string password)
    {
        int port = FreePort();
        string file = Path.Combine(server.Folder, "pgbouncer.ini"), users = Path.Combine(server.Folder, "users.txt");
        await File.WriteAllTextAsync(users, $"\"{user}\" \"{password}\"\n");
        await File.WriteAllTextAsync(
            file,
            $"""
            [databases]
            * = host=127.0.0.1 port={server.Port}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = {users}
            pool_mode = transaction
            default_pool_size = {Sessions}
            max_client_conn = 500

            """);
        // It refuses to run as root.
        string[] arguments = ["-q", file];
        ProcessStartInfo start = Environment.UserName == "root"
            ? new("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", Program, .. arguments])
            : new(Program, arguments);
        Pooler pooler = new(Process.Start(start)!, port);
        await pooler.AnswersAsync(user, password);
        return pooler;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task AnswersAsync(string user, string password)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(30);
        while (true)
        {
            try
            {
                await using NpgsqlConnection connection = new(
                    $"Host=127.0.0.1;Port={Port};Username={user};Password={password};Database=app;Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (DateTime.UtcNow < end && !_process.HasExited)
            {
                await Task.Delay(20); // Allowed: between two looks at whether it listens.
            }
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
