using Perdure.Torture.Judging;
using Perdure.Torture.Killing;
using Perdure.Torture.Workload;

namespace Perdure.Torture.Nodes;

/// <summary>
/// The place of one node: its proxy, and the process that lives in it just now. Whoever dies is followed by another
/// with a number of its own.
/// </summary>
internal sealed class NodeSlot(
    int slot, int slots, TortureServer server, string journals, int seed, TimeSpan lease, Findings findings,
    NodeWork work = NodeWork.Load, Func<int, string?>? buildOf = null) : IAsyncDisposable
{
    private static readonly TimeSpan s_openWithin = TimeSpan.FromSeconds(150);

    private readonly CommitProxy _proxy = new(server.Port);
    private WorkerProcess? _process;
    private int _starts;

    public int Slot => slot;

    public CommitProxy Proxy => _proxy;

    /// <summary>Whether its clients are at work.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Of the process: no other has the number.</summary>
    public int Run { get; private set; }

    /// <summary>How often a process ended because it could not open the hub.</summary>
    public int Refusals { get; private set; }

    public async Task StartAsync()
    {
        while (true)
        {
            Run = (_starts++ * slots) + slot;
            NodeOrder order = new(
                TortureServer.OfNode(_proxy.Port), journals, slot, slots, Run, seed, lease, work,
                buildOf?.Invoke(_starts));
            _process?.Dispose();
            _process = WorkerProcess.Start(order.Log, order.ToArguments());
            if (await _process.SaysAsync("open", s_openWithin))
            {
                IsUp = true;
                return;
            }
            if (!_process.HasEnded || await _process.EndAsync(s_openWithin) != NodeProgram.NotStarted)
            {
                findings.Add("did not start", $"run {order.Run}: {string.Join(" | ", _process.Lines.TakeLast(3))}");
                if (_starts > 1000)
                    return;
            }
            Refusals++;
        }
    }

    public Task<bool> SaysAsync(string mark, TimeSpan within) => _process!.SaysAsync(mark, within);

    public Task TellAsync(string line) => _process!.TellAsync(line);

    public Task<int> EndAsync(TimeSpan within) => _process!.EndAsync(within);

    /// <summary>SIGKILL, and what its last words were.</summary>
    public async Task KillAsync()
    {
        CheckAlive();
        IsUp = false;
        await _process!.KillAsync();
        Report();
    }

    public Task StandStillAsync() => SignalAsync("-STOP");

    public Task GoOnAsync() => SignalAsync("-CONT");

    /// <summary>Nobody ends but who is killed.</summary>
    public void CheckAlive()
    {
        if (IsUp && _process!.HasEnded)
            findings.Add(
                "the process ended", $"node in place {slot}: {string.Join(" | ", _process.Lines.TakeLast(5))}");
    }

    /// <summary>What a node says only when something is wrong with the engine.</summary>
    public void Report()
    {
        foreach (string line in _process?.Lines ?? [])
        {
            bool isBug = line.Contains("Perdure[18]", StringComparison.Ordinal)
                || line.Contains("Perdure[17]", StringComparison.Ordinal)
                || line.Contains("Inconsistent", StringComparison.Ordinal)
                || line.Contains("Unhandled exception", StringComparison.Ordinal)
                || line.Contains(Build.TooOld, StringComparison.Ordinal);
            if (isBug)
                findings.Add($"node in place {slot} said", line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process?.Dispose();
        await _proxy.DisposeAsync();
    }

    private Task SignalAsync(string signal) => TortureServer.RunAsync(
        "kill", signal, _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
