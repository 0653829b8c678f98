using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Perdure.AspNetCore.Tests.Support;

/// <summary>Requests byte by byte over a socket, so that no client library mends them.</summary>
internal static class Wire
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    /// <summary>The answer; its status is 0 when the server has closed the connection without one.</summary>
    public static async Task<(int Status, string Text)> AskAsync(int port, byte[] request, string what)
    {
        using CancellationTokenSource deadline = new(AnswerWithin);
        using TcpClient connection = new();
        await connection.ConnectAsync("127.0.0.1", port, deadline.Token);
        NetworkStream stream = connection.GetStream();
        using MemoryStream answer = new();
        try
        {
            Task sending = stream.WriteAsync(request, deadline.Token).AsTask();
            byte[] buffer = new byte[64 * 1024];
            int read;
            while ((read = await stream.ReadAsync(buffer, deadline.Token)) > 0)
                answer.Write(buffer, 0, read);
            await sending;
        }
        catch (IOException)
        {
            // The server may close before it has read a body that it refuses.
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{what} was not answered within {AnswerWithin}: {Shown(request)}");
        }
        string text = Encoding.UTF8.GetString(answer.ToArray());
        // "Go on" to who has asked whether to is not the answer yet.
        if (text.StartsWith("HTTP/1.1 100", StringComparison.Ordinal))
            text = text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        return (text.Length == 0 ? 0 : int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture), text);
    }

    public static string Shown(byte[] request) =>
        Encoding.Latin1.GetString(request.AsSpan(0, Math.Min(request.Length, 600)));
}
