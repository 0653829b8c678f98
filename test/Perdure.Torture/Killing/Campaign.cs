using System.Diagnostics;
using Perdure.Torture.Judging;
using Perdure.Torture.Worker;
using Perdure.Torture.Workload;

namespace Perdure.Torture.Killing;

/// <summary>
/// Start, kill, judge, start again; then a calm run in which everything ends, and the last judgement. What a seed
/// decides is the schedule of the kills and the requests of the clients; the threads of the machine it cannot decide.
/// </summary>
internal sealed class Campaign(WorkerFiles files, Load load, string copies, int seed, int kills)
{
    private const int WholeCheckEvery = 10;
    private static readonly TimeSpan StartWithin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan CalmWithin = TimeSpan.FromSeconds(180);

    private readonly Findings _findings = new();
    private readonly int _openMin = load == Load.Bank ? 30 : 100;

    public async Task<int> RunAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        Judge judge = new(files.Journals, new FileEvidence(files, copies), _findings);
        int open = int.MaxValue;
        int locked = 0;
        int inRecovery = 0;
        IReadOnlyList<Kill> schedule = KillSchedule.Of(seed, kills);
        for (int i = 0; i < schedule.Count; i++)
        {
            await KillAsync(schedule[i], i);
            if (schedule[i].DuringRecovery)
                inRecovery++;
            judge.Look(atRest: false, whole: i % WholeCheckEvery == WholeCheckEvery - 1);
            open = Math.Min(open, judge.Open);
            locked += judge.Locked;
            if (judge.Open < _openMin)
                _findings.Add("too little at stake", $"kill {i} met only {judge.Open} open instances");
            Console.WriteLine(
                $"kill {i + 1,4} {(schedule[i].DuringRecovery ? "recovery" : "load    ")} "
                + $"+{schedule[i].After.TotalMilliseconds,4:0} ms: "
                + $"{judge.Open} open of {judge.Instances}, {(load == Load.Bank ? $"{judge.Locked} locked, " : "")}"
                + $"{judge.Client.Acknowledgements} acknowledged, "
                + $"{judge.Effects.Runs} runs, {judge.Effects.Repeated} repeated, {_findings.Count} violations");
        }
        await CalmAsync(schedule.Count);
        judge.Look(atRest: true, whole: true);
        string verdict = _findings.Count == 0 ? "PASS" : "FAIL";
        Console.WriteLine(
            $"{(load == Load.Bank ? "bank" : "torture")}: {verdict}: {kills} kills ({inRecovery} during recovery), "
            + $"at least {open} open at each, {judge.Client.Acknowledgements} acknowledged requests, "
            + $"{judge.Instances} instances, {judge.Effects.Runs} activity runs ({judge.Effects.Repeated} repeated), "
            + (load == Load.Bank ? OfBank(judge, locked) : $"{judge.Discarded} events came with the end, ")
            + $"{_findings.Count} violations, {watch.Elapsed.TotalSeconds:0} s, seed {seed}");
        return _findings.Count == 0 ? 0 : 1;
    }

    /// <summary>What the bank adds to the figures.</summary>
    /// <param name="judge">It has looked at the end.</param>
    /// <param name="locked">The locked accounts at all kills together.</param>
    private string OfBank(Judge judge, int locked)
    {
        int signals = judge.Client.Signals.Values.Sum(s => s.Acknowledged);
        return $"{judge.Moved} moved money, {judge.ByStatus[3].Count()} failed in their section, "
            + $"{judge.ByStatus[5].Count()} were terminated, {signals} signals, "
            + $"{(double)locked / kills:0} of {Bank.Accounts} accounts locked at a kill, ";
    }

    private async Task KillAsync(Kill kill, int run)
    {
        using WorkerProcess worker = WorkerProcess.Start(files, load, run, seed, calm: false);
        await worker.DieAsync(kill, run, StartWithin, _findings);
    }

    private async Task CalmAsync(int run)
    {
        using WorkerProcess worker = WorkerProcess.Start(files, load, run, seed, calm: true);
        if (!await worker.SaysAsync("calm", CalmWithin))
            _findings.Add("no calm", "the last run did not bring everything to its end");
        else if (await worker.EndAsync(StartWithin) != 0)
            _findings.Add("no calm", "instances are still open");
        worker.Report(run, _findings);
    }
}
