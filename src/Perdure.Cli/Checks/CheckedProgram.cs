using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.CompilerServices;
using System.Text;
using Perdure.Core.Checks;

namespace Perdure.Cli.Checks;

/// <summary>
/// A program that is started only to be checked. It runs until its services are built, checks itself with them and
/// ends; what it reports comes through a pipe. It does not outlive this object.
/// </summary>
internal sealed class CheckedProgram : IAsyncDisposable
{
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(5);

    private readonly LastLines _printed = new();
    private readonly NamedPipeServerStream _pipe;
    private readonly Process _process;

    private CheckedProgram(IReadOnlyList<string> command)
    {
        string name = $"perdure-check-{Guid.NewGuid():N}";
        _pipe = new NamedPipeServerStream(
            name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte,
            PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        try
        {
            _process = Start(command, _printed, name);
        }
        catch
        {
            _pipe.Dispose();
            throw;
        }
    }

    /// <exception cref="CheckFailedException">It cannot be started.</exception>
    public static CheckedProgram Start(IReadOnlyList<string> command) => new(command);

    /// <summary>Builds a program from its sources.</summary>
    /// <exception cref="CheckFailedException">It cannot be built; the message has what the compiler says.</exception>
    public static async Task BuildAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        LastLines printed = new();
        using Process process = Start(command, printed, null);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        finally
        {
            Kill(process);
        }
        if (process.ExitCode != 0)
            throw new CheckFailedException($"The program cannot be built. {printed.Said()}");
    }

    /// <summary>Waits until the program has built its services, asks, and gives what it reports.</summary>
    /// <exception cref="CheckFailedException">
    /// It does not get there within <paramref name="startMax"/>, or ends by itself.
    /// </exception>
    public async IAsyncEnumerable<CheckLine> AskAsync(
        CheckRequest request, TimeSpan startMax, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ConnectAsync(startMax, cancellationToken);
        await using StreamWriter writer = new(_pipe, new UTF8Encoding(false), leaveOpen: true);
        using StreamReader reader = new(_pipe, Encoding.UTF8, leaveOpen: true);
        await writer.WriteLineAsync(CheckText.Write(request).AsMemory(), cancellationToken);
        await writer.FlushAsync(cancellationToken);
        while (await ReadAsync(reader, cancellationToken) is { } line)
        {
            yield return line;
            if (line.Checked is not null)
                yield break;
            if (line.Error is { } error)
                throw new CheckFailedException($"The program cannot be checked. {error}");
        }
        await EndAsync(cancellationToken);
        throw new CheckFailedException(
            $"The program ended in the middle of the check{Code()}: code of it ends the process. {_printed.Said()}");
    }

    public async ValueTask DisposeAsync()
    {
        await _pipe.DisposeAsync();
        Kill(_process);
        await EndAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static async Task<CheckLine?> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken) is { } line ? CheckText.ReadLine(line) : null;
        }
        catch (Exception e) when (e is IOException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private async Task ConnectAsync(TimeSpan startMax, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(startMax);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        Task connected = _pipe.WaitForConnectionAsync(ended.Token);
        Task exited = _process.WaitForExitAsync(limit.Token);
        await Task.WhenAny(connected, exited);
        if (connected.IsCompletedSuccessfully)
            return;
        cancellationToken.ThrowIfCancellationRequested();
        await ended.CancelAsync();
        await connected.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (connected.IsCompletedSuccessfully)
            return;
        if (exited.IsCompletedSuccessfully)
        {
            throw new CheckFailedException(
                $"The program ended by itself{Code()} before it had built a host with Perdure. It must call "
                + $"AddPerdure and Build, as it does when it serves. {_printed.Said()}");
        }
        throw new CheckFailedException(
            $"The program has not built a host with Perdure within {startMax.TotalSeconds:0.###} s. Does it call "
            + "AddPerdure, and what does it wait for before Build? Should it only be slow, say --start-within. "
            + _printed.Said());
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_linger);
        await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private string Code() => _process.HasExited ? $" with exit code {_process.ExitCode}" : "";

    private static Process Start(IReadOnlyList<string> command, LastLines printed, string? pipe)
    {
        ProcessStartInfo start = new(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (pipe is not null)
            start.Environment[CheckText.PipeVariable] = pipe;
        Process process = new() { StartInfo = start };
        process.OutputDataReceived += (_, line) => printed.Add(line.Data);
        process.ErrorDataReceived += (_, line) => printed.Add(line.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            process.Dispose();
            throw new CheckFailedException($"'{command[0]}' cannot be started: {e.Message}");
        }
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        // What asks its user something gets no answer.
        process.StandardInput.Close();
        return process;
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}
