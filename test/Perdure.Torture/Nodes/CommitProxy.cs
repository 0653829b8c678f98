using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Perdure.Torture.Nodes;

/// <summary>
/// Stands between one node and the server, reads along, and breaks a connection exactly where a commit ends when it is
/// told to.
/// </summary>
internal sealed class CommitProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly ConcurrentDictionary<ProxyConnection, bool> _connections = [];
    private readonly int _server;
    private readonly Task _accepting;
    private ArmedCut? _armed;

    public CommitProxy(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Where the connections come from, as the server sees them.</summary>
    public IReadOnlyList<int> OuterPorts => [.. _connections.Keys.Select(c => c.OuterPort)];

    /// <summary>The next commit of the node is cut.</summary>
    public ArmedCut Arm(Cut cut)
    {
        ArmedCut armed = new(cut);
        Volatile.Write(ref _armed, armed);
        return armed;
    }

    public void Disarm() => Volatile.Write(ref _armed, null);

    /// <summary>The cut for the commit that is about to end; given once.</summary>
    public ArmedCut? Take() => Interlocked.Exchange(ref _armed, null);

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (ProxyConnection connection in _connections.Keys)
            connection.Dispose();
        _listener.Dispose();
        _closed.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_closed.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using ProxyConnection connection = new(this, client);
        try
        {
            await connection.RunAsync(_server, () => _connections[connection] = true);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException
            or InvalidOperationException)
        {
            // One of the two has gone, so the other is let go of.
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }
}
