using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

/// <summary>
/// A PostgreSQL of this program's own, on loopback, in a temporary folder, gone at the end. Its programs are those of
/// Debian's package.
/// </summary>
public sealed class Server : IDisposable
{
    private const string User = "postgres";
    private const string Packages = "/usr/lib/postgresql";

    private readonly string _folder;
    private readonly string _binaries;

    private Server(string folder, string binaries) => (_folder, _binaries) = (folder, binaries);

    public string ConnectionString { get; private set; } = "";

    /// <exception cref="InvalidOperationException">It cannot be started; the text says what to do.</exception>
    public static Server Start()
    {
        Server server = new(Directory.CreateTempSubdirectory("perdure-cluster-").FullName, Binaries());
        try
        {
            server.StartProcess();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!Directory.Exists(_folder))
            return;
        if (File.Exists($"{_folder}/data/postmaster.pid"))
            RunAsServer($"{_binaries}/pg_ctl", "-D", $"{_folder}/data", "-m", "fast", "-w", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private void StartProcess()
    {
        if (Environment.UserName == "root")
            Run("chown", User, _folder);
        RunAsServer(
            $"{_binaries}/initdb", "-D", $"{_folder}/data", "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C");
        int port = FreePort();
        RunAsServer(
            $"{_binaries}/pg_ctl", "-D", $"{_folder}/data", "-l", $"{_folder}/log", "-w", "-o",
            $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder}", "start");
        ConnectionString = $"Host=127.0.0.1;Port={port};Username={User};Database=postgres";
    }

    private static string Binaries()
    {
        IEnumerable<string> versions = Directory.Exists(Packages) ? Directory.GetDirectories(Packages) : [];
        return versions.Select(v => Path.Combine(v, "bin")).Where(b => File.Exists(Path.Combine(b, "initdb")))
            .Order(StringComparer.Ordinal).LastOrDefault()
            ?? throw new InvalidOperationException(
                $"This sample starts a PostgreSQL of its own and found none under {Packages}. Install the package: "
                + "apt-get install postgresql");
    }

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
