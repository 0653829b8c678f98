using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Perdure.Torture.Nodes;

/// <summary>
/// One connection through the proxy. A session that commits has a name of its own, and a batch of it is a commit when
/// it binds the statement that inserts into <c>commits</c>; the message that ends a batch is Sync.
/// </summary>
internal sealed partial class ProxyConnection(CommitProxy proxy, Socket client) : IDisposable
{
    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly HashSet<string> _inserts = [];
    private readonly MemoryStream _out = new();
    private bool _isCommit;
    private volatile ArmedCut? _swallows;

    public int OuterPort { get; private set; }

    public async Task RunAsync(int server, Action opened)
    {
        client.NoDelay = true;
        await _server.ConnectAsync(IPAddress.Loopback, server);
        OuterPort = ((IPEndPoint)_server.LocalEndPoint!).Port;
        opened();
        await using NetworkStream fromNode = new(client);
        await using NetworkStream fromServer = new(_server);
        PipeReader node = PipeReader.Create(fromNode);
        bool commits = await FirstAsync(node, fromServer);
        Task up = commits ? UpAsync(node, fromServer) : node.CopyToAsync(fromServer);
        Task down = commits ? DownAsync(PipeReader.Create(fromServer), fromNode) : fromServer.CopyToAsync(fromNode);
        await Task.WhenAny(up, down);
        Close();
        await Task.WhenAll(up, down);
    }

    public void Dispose()
    {
        Close();
        _out.Dispose();
    }

    [GeneratedRegex("^perdure [0-9a-f]{32}$")]
    private static partial Regex CommitSession { get; }

    private void Close()
    {
        client.Dispose();
        _server.Dispose();
    }

    /// <summary>Passes on who it is; true when it is a session that commits.</summary>
    private static async Task<bool> FirstAsync(PipeReader node, Stream server)
    {
        while (true)
        {
            ReadResult read = await node.ReadAsync();
            ReadOnlySequence<byte> left = read.Buffer;
            if (Frames.TryReadFirst(ref left, out ReadOnlySequence<byte> first))
            {
                byte[] bytes = first.ToArray();
                node.AdvanceTo(left.Start);
                await server.WriteAsync(bytes);
                return Encoding.UTF8.GetString(bytes, 8, bytes.Length - 8).Split('\0').Any(CommitSession.IsMatch);
            }
            node.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
                throw new IOException("The node has gone before it said who it is.");
        }
    }

    private async Task UpAsync(PipeReader node, Stream server)
    {
        while (true)
        {
            ReadResult read = await node.ReadAsync();
            ReadOnlySequence<byte> left = read.Buffer;
            while (Frames.TryRead(ref left, out byte letter, out ReadOnlySequence<byte> frame))
            {
                byte[] bytes = frame.ToArray();
                if (letter == Frames.Sync)
                {
                    bool ends = _isCommit && proxy.Take() is { } cut && await CutAsync(cut, bytes, server);
                    if (ends)
                        return;
                    _isCommit = false;
                }
                else
                {
                    Look(letter, bytes);
                }
                _out.Write(bytes);
            }
            await FlushAsync(server);
            node.AdvanceTo(left.Start, read.Buffer.End);
            if (read.IsCompleted)
                return;
        }
    }

    /// <summary>Remembers which statement inserts a commit, and whether this batch runs it.</summary>
    private void Look(byte letter, byte[] frame)
    {
        int offset = 5;
        if (letter == Frames.Parse)
        {
            string name = Frames.Text(frame, ref offset);
            if (Frames.Text(frame, ref offset).Contains(".commits (node, lane, no, at)", StringComparison.Ordinal))
                _inserts.Add(name);
            else
                _inserts.Remove(name);
        }
        else if (letter == Frames.Bind)
        {
            Frames.Text(frame, ref offset);
            _isCommit |= _inserts.Contains(Frames.Text(frame, ref offset));
        }
    }

    /// <summary>True when the connection is at its end.</summary>
    private async Task<bool> CutAsync(ArmedCut cut, byte[] sync, Stream server)
    {
        await FlushAsync(server);
        switch (cut.Cut)
        {
            case Cut.BeforeServer:
                cut.Meet();
                return true;
            case Cut.InDoubt:
                await server.WriteAsync(sync);
                _server.Shutdown(SocketShutdown.Send);
                cut.Meet();
                return true;
            case Cut.BeforeAnswer:
                // The other direction ends the connection.
                _swallows = cut;
                return false;
            default:
                cut.Meet();
                await cut.Released;
                return false;
        }
    }

    private async Task FlushAsync(Stream server)
    {
        if (_out.Length == 0)
            return;
        await server.WriteAsync(_out.GetBuffer().AsMemory(0, (int)_out.Length));
        _out.SetLength(0);
    }

    private async Task DownAsync(PipeReader server, Stream node)
    {
        while (true)
        {
            ReadResult read = await server.ReadAsync();
            ReadOnlySequence<byte> left = read.Buffer;
            while (Frames.TryRead(ref left, out byte letter, out ReadOnlySequence<byte> frame))
            {
                if (_swallows is not { } cut)
                {
                    await node.WriteAsync(frame.ToArray());
                    continue;
                }
                if (letter != Frames.ReadyForQuery)
                    continue;
                cut.Meet();
                return;
            }
            server.AdvanceTo(left.Start, read.Buffer.End);
            if (read.IsCompleted)
                return;
        }
    }
}
