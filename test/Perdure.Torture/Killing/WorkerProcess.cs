using System.Diagnostics;
using System.Globalization;
using Perdure.Torture.Judging;
using Perdure.Torture.Worker;
using Perdure.Torture.Workload;

namespace Perdure.Torture.Killing;

/// <summary>A worker as its killer sees it.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private const int ErrorLinesMax = 200;

    private readonly Process _process;
    private readonly Dictionary<string, TaskCompletionSource> _marks = new()
    {
        ["opening"] = new(TaskCreationOptions.RunContinuationsAsynchronously),
        ["open"] = new(TaskCreationOptions.RunContinuationsAsynchronously),
        ["loaded"] = new(TaskCreationOptions.RunContinuationsAsynchronously),
        ["calm"] = new(TaskCreationOptions.RunContinuationsAsynchronously),
    };
    private readonly List<string> _lines = [];
    private TextWriter _log;

    private WorkerProcess(Process process, string? log)
    {
        _process = process;
        _log = log is null ? TextWriter.Null : new StreamWriter(log) { AutoFlush = true };
        process.OutputDataReceived += (_, e) => Heard(e.Data);
        process.ErrorDataReceived += (_, e) => Heard(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>What it said beside its marks: warnings and errors.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public static WorkerProcess Start(WorkerFiles files, Load load, int run, int seed, bool calm) => Start(
        null, "worker", files.Hub, files.Journals, load.ToString(), run.ToString(CultureInfo.InvariantCulture),
        seed.ToString(CultureInfo.InvariantCulture), calm ? "calm" : "load");

    /// <summary>This program with other arguments.</summary>
    /// <param name="log">Where all that it says is kept, or null.</param>
    /// <param name="arguments">What it is told.</param>
    public static WorkerProcess Start(string? log, params string[] arguments)
    {
        string self = Environment.ProcessPath!;
        ProcessStartInfo info = new(self)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
            info.ArgumentList.Add(typeof(WorkerProcess).Assembly.Location);
        foreach (string argument in arguments)
            info.ArgumentList.Add(argument);
        return new WorkerProcess(new Process { StartInfo = info }, log);
    }

    /// <summary>A line that it reads.</summary>
    public Task TellAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Waits until it says so; false when it dies or is silent for too long.</summary>
    public async Task<bool> SaysAsync(string mark, TimeSpan within)
    {
        Task said = _marks[mark].Task;
        Task ended = _process.WaitForExitAsync();
        return await Task.WhenAny(said, ended, Task.Delay(within)) == said;
    }

    /// <summary>Kills it as its schedule says, and reports what it has said.</summary>
    public async Task DieAsync(Kill kill, int run, TimeSpan startWithin, Findings findings)
    {
        string mark = kill.DuringRecovery ? "opening" : "loaded";
        if (await SaysAsync(mark, startWithin))
            await Task.Delay(kill.After);
        else
            findings.Add("did not start", $"run {run} never said '{mark}'");
        await KillAsync();
        Report(run, findings);
    }

    /// <summary>Nothing of what it says beside its marks should have been said.</summary>
    public void Report(int run, Findings findings)
    {
        foreach (string line in Lines)
            findings.Add($"run {run} said", line);
    }

    /// <summary>SIGKILL; returns when the process is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task<int> EndAsync(TimeSpan within)
    {
        using CancellationTokenSource deadline = new(within);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
        lock (_lines)
        {
            _log.Dispose();
            _log = TextWriter.Null;
        }
    }

    private void Heard(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
            _log.WriteLine(line);
        if (_marks.TryGetValue(line, out TaskCompletionSource? mark))
        {
            mark.TrySetResult();
            return;
        }
        lock (_lines)
        {
            if (_lines.Count < ErrorLinesMax)
                _lines.Add(line);
        }
    }
}
