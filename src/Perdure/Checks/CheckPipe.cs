using System.IO.Pipes;
using System.Text;
using Perdure.Core.Checks;

namespace Perdure.Checks;

/// <summary>The connection to the command line that has started this program to check it.</summary>
internal sealed class CheckPipe : IDisposable
{
    private readonly NamedPipeClientStream _stream;
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;

    private CheckPipe(NamedPipeClientStream stream)
    {
        _stream = stream;
        _reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        _writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
    }

    public static async Task<CheckPipe> ConnectAsync(string name)
    {
        const int ConnectMilliseconds = 10_000;
        NamedPipeClientStream stream = new(".", name, PipeDirection.InOut, PipeOptions.Asynchronous);
        await stream.ConnectAsync(ConnectMilliseconds);
        return new CheckPipe(stream);
    }

    public async Task<CheckRequest> RequestAsync() =>
        await _reader.ReadLineAsync() is { } line && CheckText.ReadRequest(line) is { } request
            ? request
            : throw new IOException("The command line said nothing.");

    public async Task SendAsync(CheckLine line)
    {
        await _writer.WriteLineAsync(CheckText.Write(line));
        // Of a program that its own code ends, everything before that counts.
        await _writer.FlushAsync();
    }

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
        _stream.Dispose();
    }
}
