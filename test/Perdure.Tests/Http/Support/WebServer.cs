using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Perdure.Tests.Http.Support;

/// <summary>A request byte by byte, as text in Latin-1: nothing is joined, folded or decoded.</summary>
internal sealed record ReceivedRequest(string Line, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? this[string name] =>
        Headers.FirstOrDefault(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}

/// <summary>
/// A web server of one connection per request, which says exactly what a test tells it to say. Answers are written as
/// they are; <c>Connection: close</c> ends the body when there is no length.
/// </summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<ReceivedRequest> _requests = new();
    private readonly Task _accepting;

    public WebServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public IReadOnlyList<ReceivedRequest> Requests => [.. _requests];

    /// <summary>What is answered; null closes the connection without a word.</summary>
    public Func<ReceivedRequest, Task<byte[]?>> Answer { get; set; } = _ => Task.FromResult<byte[]?>(Say(200));

    /// <summary>How long a connection stays open after the answer.</summary>
    public Func<ReceivedRequest, Task> KeepsOpen { get; set; } = _ => Task.CompletedTask;

    public Uri Uri(string path = "/") => new($"http://127.0.0.1:{Port}{path}");

    public void Answers(Func<ReceivedRequest, byte[]?> answer) => Answer = r => Task.FromResult(answer(r));

    public static byte[] Say(int status, string body = "", params string[] headers) =>
        Say(status, Encoding.UTF8.GetBytes(body), headers);

    public static byte[] Say(int status, byte[] body, params string[] headers) =>
        [.. Encoding.Latin1.GetBytes(
            $"HTTP/1.1 {status} Told\r\n"
            + string.Concat(headers.Select(h => h + "\r\n"))
            + $"Content-Length: {body.Length}\r\nConnection: close\r\n\r\n"), .. body];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
        }
        // A listener that was stopped says so in any of these ways.
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using TcpClient client = connection;
        try
        {
            NetworkStream stream = client.GetStream();
            ReceivedRequest request = await ReadAsync(stream);
            _requests.Enqueue(request);
            if (await Answer(request) is { } answer)
                await stream.WriteAsync(answer, _end.Token);
            await KeepsOpen(request);
            // Until the other side has let go, or there would be a reset instead of an end.
            client.Client.Shutdown(SocketShutdown.Send);
            await stream.ReadExactlyAsync(new byte[1], _end.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
        }
    }

    private async Task<ReceivedRequest> ReadAsync(NetworkStream stream)
    {
        List<byte> head = [];
        byte[] one = new byte[1];
        while (!(head.Count >= 4 && head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n'))
        {
            await stream.ReadExactlyAsync(one, _end.Token);
            head.Add(one[0]);
        }
        string[] lines = Encoding.Latin1.GetString([.. head]).TrimEnd().Split("\r\n");
        (string, string)[] headers =
            [.. lines.Skip(1).Select(l => (l[..l.IndexOf(':')], l[(l.IndexOf(':') + 1)..].Trim()))];
        ReceivedRequest request = new(lines[0], headers, []);
        byte[] body = new byte[int.Parse(request["Content-Length"] ?? "0")];
        await stream.ReadExactlyAsync(body, _end.Token);
        return request with { Body = body };
    }
}
