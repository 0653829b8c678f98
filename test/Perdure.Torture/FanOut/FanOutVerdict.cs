using System.Globalization;
using System.Text.Json;
using Perdure.Torture.Judging;

namespace Perdure.Torture.FanOut;

/// <summary>
/// What a fan-out came to, by the journals of its activities and by its history. An activity may run a second time for
/// two reasons only: the dead node was running it (began and not ended), or it had ended there and its result was not
/// in the store yet, neither in the history nor as a message. Both are counted, each by itself.
/// </summary>
internal sealed class FanOutVerdict
{
    /// <summary>Who has ended and whose result is not stored has its slot still.</summary>
    private static readonly int s_slots = new PerdureOptions().MaxConcurrentActivities;

    private readonly Findings _findings;
    private readonly string _id;

    public FanOutVerdict(FanOutRun run, string folder, string connectionString, Findings findings)
    {
        (_id, _findings) = (run.Id, findings);
        using SqlServer server = new(connectionString);
        Tables tables = new(server);
        InstanceLine instance = tables.Instances.Single(i => i.Id == run.Id);
        Fold fold = new(instance, tables.History(instance));
        EffectRuns runs = new(folder, fold.Execution);
        Shares = runs.Shares;
        CheckResults(fold, runs, run.Count);
        foreach ((string work, List<EffectRun> of) in runs.ByWork)
            Count(work, of, run.Death);
        if (Running + Unsaved > s_slots)
            _findings.Add("more at stake than slots", $"{_id}: {Running} running, {Unsaved} ended and not stored");
    }

    /// <summary>What each process has done.</summary>
    public string Shares { get; }

    /// <summary>What the dead node was running.</summary>
    public int Running { get; private set; }

    public int RunningAgain { get; private set; }

    /// <summary>What had ended there, and whose result was not in the store.</summary>
    public int Unsaved { get; private set; }

    public int UnsavedAgain { get; private set; }

    private void CheckResults(Fold fold, EffectRuns runs, int count)
    {
        int ended = runs.ByWork.Values.Count(r => r.Exists(e => e.HasEnded));
        if (ended != count || fold.Resolved.Count != count || fold.Status != 1)
        {
            _findings.Add(
                "not done", $"{_id}: {ended} of {count} activities ended, {fold.Resolved.Count} have a result, "
                + $"status {fold.Status}");
        }
        foreach ((JsonElement scheduled, JsonElement resolution) in fold.Resolved)
        {
            string work = string.Create(
                CultureInfo.InvariantCulture, $"{fold.Execution}:{scheduled.GetProperty("task").GetInt32()}");
            string? receipt = Fold.Text(resolution, "result");
            bool isOne = runs.ByWork.TryGetValue(work, out List<EffectRun>? of)
                && of.Exists(r => r.HasEnded && r.Receipt == receipt);
            if (!isOne)
                _findings.Add(
                    "result of a run that never was", $"{_id}: {work} = {receipt ?? resolution.GetRawText()}");
        }
    }

    private void Count(string work, List<EffectRun> runs, Death? death)
    {
        EffectRun? dead = runs.Find(r => r.Process == death?.Process);
        bool isAgain = runs.Count > 1;
        if (isAgain && (dead is null || runs.Count > 2))
            _findings.Add("ran again for nothing", $"{_id}: {work} ran in {Processes(runs)}");
        if (dead is null)
            return;
        if (!dead.HasEnded)
        {
            Running++;
            RunningAgain += isAgain ? 1 : 0;
        }
        else if (!death!.Durable.Contains(dead.Receipt))
        {
            Unsaved++;
            UnsavedAgain += isAgain ? 1 : 0;
        }
        else if (isAgain)
        {
            _findings.Add("ran again though its result was in the store", $"{_id}: {work} ran in {Processes(runs)}");
        }
    }

    private static string Processes(List<EffectRun> runs) => string.Join(", ", runs.Select(r => r.Process));
}
