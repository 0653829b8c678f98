using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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
    private readonly string _settings;
    private bool _isRunning;

    private PostgreSqlServer(string folder, string binaries, string settings, int port)
    {
        (_folder, _binaries, _settings, Port) = (folder, binaries, settings, port);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Stop();
    }

    public static Task<PostgreSqlServer> Shared => s_shared.Value;

    public int Port { get; }

    /// <summary>Belongs to the server: what is to be read by it has its place here.</summary>
    public string Folder => _folder;

    /// <summary>Through TCP, as everybody.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username={User};Database=postgres";

    /// <param name="durable">Whether commits are on the disk before they are answered.</param>
    /// <param name="settings">Besides, as in <c>postgresql.conf</c>.</param>
    public static async Task<PostgreSqlServer> StartAsync(bool durable, params string[] settings)
    {
        string binaries = Binaries();
        string folder = NewFolder();
        RunAsServer(
            $"{binaries}/initdb", "-D", $"{folder}/data", "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C");
        string[] quick = durable ? [] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
        string all = string.Concat(quick.Concat(settings).Select(s => $" -c {s}"));
        PostgreSqlServer server = new(folder, binaries, all, FreePort());
        await server.BeginAsync();
        return server;
    }

    /// <summary>A copy of all that is there at this moment, not running; it will have the same port.</summary>
    public PostgreSqlServer Backup() => CopyTo(NewFolder(), Port);

    /// <summary>A standby that receives all commits from now on; it waits to be promoted.</summary>
    public async Task<PostgreSqlServer> StandbyAsync()
    {
        PostgreSqlServer standby = CopyTo(NewFolder(), FreePort(), "-R");
        await standby.BeginAsync();
        while (await AskAsync("select count(*) from pg_stat_replication where state = 'streaming'") != "1")
            await Task.Delay(1); // Allowed: between two looks at a condition.
        return standby;
    }

    public async Task BeginAsync()
    {
        string fixedSettings =
            $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder} -c max_connections=200 "
            + "-c timezone=UTC";
        RunAsServer(
            $"{_binaries}/pg_ctl", "-D", $"{_folder}/data", "-l", $"{_folder}/log", "-w", "-o",
            fixedSettings + _settings, "start");
        _isRunning = true;
        await AnswersAsync();
    }

    /// <summary>All processes of the server at once, by SIGKILL: no goodbye, and nothing is written any more.</summary>
    public void Kill()
    {
        string first = File.ReadLines($"{_folder}/data/postmaster.pid").First();
        string[] others = [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).OfType<string>()
            .Where(p => char.IsDigit(p[0]) && ParentOf(p) == first)];
        RunAsServer("kill", ["-KILL", first, .. others]);
        _isRunning = false;
    }

    public void Promote() => RunAsServer($"{_binaries}/pg_ctl", "-D", $"{_folder}/data", "-w", "promote");

    /// <summary>From now on whoever comes is admitted by this rule alone; tests come by the socket.</summary>
    public async Task AdmitAsync(string rule)
    {
        await File.WriteAllTextAsync($"{_folder}/data/pg_hba.conf", $"local all all trust\n{rule}\n");
        await AskAsync("select pg_reload_conf()");
    }

    /// <summary>Gives the server a certificate that it has signed itself; returns the file of it.</summary>
    public async Task<string> UseTlsAsync()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 certificate =
            request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string folder = $"{_folder}/data";
        await File.WriteAllTextAsync($"{folder}/server.crt", certificate.ExportCertificatePem());
        await File.WriteAllTextAsync($"{folder}/server.key", key.ExportPkcs8PrivateKeyPem());
        Run("chmod", "600", $"{folder}/server.key");
        if (Environment.UserName == "root")
            Run("chown", User, $"{folder}/server.key");
        await AskAsync("alter system set ssl = on");
        await AskAsync("select pg_reload_conf()");
        return $"{folder}/server.crt";
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<string?> AskAsync(string sql)
    {
        await using NpgsqlConnection connection = new(
            $"Host={_folder};Port={Port};Username={User};Database=postgres;Pooling=false");
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return (await command.ExecuteScalarAsync())?.ToString();
    }

    public ValueTask DisposeAsync()
    {
        Stop();
        return ValueTask.CompletedTask;
    }

    public void End()
    {
        RunAsServer($"{_binaries}/pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "stop");
        _isRunning = false;
    }

    private void Stop()
    {
        if (!Directory.Exists(_folder))
            return;
        if (_isRunning)
            End();
        Directory.Delete(_folder, recursive: true);
    }

    private PostgreSqlServer CopyTo(string folder, int port, params string[] arguments)
    {
        RunAsServer(
            $"{_binaries}/pg_basebackup",
            ["-h", "127.0.0.1", "-p", $"{Port}", "-U", User, "-D", $"{folder}/data", "-c", "fast", .. arguments]);
        return new PostgreSqlServer(folder, _binaries, _settings, port);
    }

    private static string? ParentOf(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ')[1];
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return null;
        }
    }

    private static string NewFolder()
    {
        string folder = Directory.CreateTempSubdirectory("perdure-postgresql-").FullName;
        if (Environment.UserName == "root")
            Run("chown", User, folder);
        return folder;
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
