using System.Diagnostics;
using Perdure.Torture.Judging;
using Perdure.Torture.Killing;
using Perdure.Torture.Worker;

namespace Perdure.Torture.Events;

/// <summary>
/// Orders come, the process dies, somebody looks, and so on; at the end each order must be accounted for.
/// </summary>
internal sealed class EventsCampaign(WorkerFiles files, string copies, int seed, int kills)
{
    private const int WholeCheckEvery = 10;
    private static readonly TimeSpan s_startWithin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_calmWithin = TimeSpan.FromSeconds(180);

    private readonly Findings _findings = new();

    public async Task<int> RunAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        EventsJudge judge = new(files.Journals, new FileEvidence(files, copies), _findings);
        IReadOnlyList<Kill> schedule = KillSchedule.Of(seed, kills);
        int pending = 0;
        for (int i = 0; i < schedule.Count; i++)
        {
            await KillAsync(schedule[i], i);
            judge.Look(atRest: false, whole: i % WholeCheckEvery == WholeCheckEvery - 1);
            pending += judge.Pending;
            Console.WriteLine(
                $"kill {i + 1,4} {(schedule[i].DuringRecovery ? "recovery" : "load    ")} "
                + $"+{schedule[i].After.TotalMilliseconds,4:0} ms: {judge.Summary}, {_findings.Count} violations");
        }
        await CalmAsync(schedule.Count);
        judge.Look(atRest: true, whole: true);
        string verdict = _findings.Count == 0 ? "PASS" : "FAIL";
        Console.WriteLine(
            $"events: {verdict}: {kills} kills, {(double)pending / kills:0} events pending at a kill, {judge.Summary}, "
            + $"{judge.RanAgain} taken again after a death, {_findings.Count} violations, "
            + $"{watch.Elapsed.TotalSeconds:0} s, seed {seed}");
        return _findings.Count == 0 ? 0 : 1;
    }

    private async Task KillAsync(Kill kill, int run)
    {
        using WorkerProcess worker = Start(run, "load");
        await worker.DieAsync(kill, run, s_startWithin, _findings);
    }

    private async Task CalmAsync(int run)
    {
        using WorkerProcess worker = Start(run, "calm");
        if (!await worker.SaysAsync("calm", s_calmWithin) || await worker.EndAsync(s_startWithin) != 0)
            _findings.Add("no calm", "the last run did not bring everything to its end");
        worker.Report(run, _findings);
    }

    private WorkerProcess Start(int run, string mode) => WorkerProcess.Start(
        null, EventsWorker.Command, files.Hub, files.Journals, $"{run}", $"{seed}", mode);
}
