using System.Text.Json;
using Perdure.Torture.Journals;

namespace Perdure.Torture.Judging;

/// <summary>
/// Compares what activities did with what the histories say. Work is named by its idempotency key and its attempt. At
/// every look it takes first what was done since the last one, and then what has been committed.
/// </summary>
/// <param name="folder">Where the journals of the effects are.</param>
/// <param name="isShared">
/// Whether other nodes take what one has lost: then it may come back to a node that is still at it, and a node that
/// stood still may begin something before it sees that it owns it no more.
/// </param>
/// <param name="findings">What must not be.</param>
internal sealed class EffectLedger(string folder, bool isShared, Findings findings)
{
    private const int DeathsMax = 10;

    private readonly Dictionary<string, string> _committed = [];
    private readonly HashSet<string> _runs = [];
    private readonly Dictionary<string, int> _processes = [];
    private readonly HashSet<string> _succeeded = [];
    private readonly JournalFiles _files = new("effects*.log");

    public int Runs { get; private set; }

    /// <summary>Work that ran in more than one process: what a kill interrupted.</summary>
    public int Repeated { get; private set; }

    public void ReadOn()
    {
        foreach (string[] line in _files.ReadOn(folder))
        {
            if (line is ["S", var run, var key, var attempt, ..])
                Started(run, $"{key}/{attempt}");
            else if (line is ["E", _, var ended, var number, var receipt, "ok"])
                _succeeded.Add($"{ended}/{number}={receipt}");
        }
    }

    public void Committed(Fold fold, string id)
    {
        foreach ((JsonElement scheduled, JsonElement resolution) in fold.Resolved)
        {
            long task = scheduled.GetProperty("task").GetInt64();
            string work =
                $"{fold.Execution}:{Fold.Number(scheduled, "first") ?? task}/{Fold.Number(scheduled, "attempt") ?? 1}";
            string? receipt = Fold.Type(resolution) == "TaskCompleted" ? Fold.Text(resolution, "result") : null;
            if (receipt is not null && !_succeeded.Contains($"{work}={receipt}"))
                findings.Add("result of a run that never was", $"{id}: {work} = {receipt}");
            string failure = receipt is null ? resolution.GetRawText() : "PlannedException";
            // Work during which the process died ten times is failed: that is promised.
            bool isPoison = failure.Contains("The process died", StringComparison.Ordinal)
                && _processes.GetValueOrDefault(work) >= DeathsMax;
            if (!isPoison && !failure.Contains("PlannedException", StringComparison.Ordinal))
                findings.Add("unplanned failure", $"{id}: {work}: {failure[..Math.Min(300, failure.Length)]}");
            if (!_committed.TryAdd(work, receipt ?? "") && _committed[work] != (receipt ?? ""))
                findings.Add("history rewritten", $"{id}: {work} was {_committed[work]} and is {receipt}");
        }
    }

    private void Started(string run, string work)
    {
        Runs++;
        if (_committed.ContainsKey(work) && !isShared)
            findings.Add("ran again after its completion was committed", work);
        if (!_runs.Add($"{run} {work}") && !isShared)
            findings.Add("ran twice in one process", work);
        if ((_processes[work] = _processes.GetValueOrDefault(work) + 1) == 2)
            Repeated++;
    }
}
