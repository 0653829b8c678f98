using System.Globalization;
using Perdure.Torture.Journals;

namespace Perdure.Torture.FanOut;

/// <summary>
/// What all processes have written down about the activities of one execution: how often each ran, and where. Read
/// when it is over, from the beginning, so that no line is missed that was just being written.
/// </summary>
internal sealed class EffectRuns
{
    private readonly Dictionary<string, List<EffectRun>> _byWork = [];

    /// <param name="folder">Where the journals are.</param>
    /// <param name="execution">Whose activities count.</param>
    public EffectRuns(string folder, string execution)
    {
        Dictionary<string, EffectRun> byReceipt = [];
        string prefix = execution + ":";
        foreach (string[] line in new JournalFiles("effects*.log").ReadOn(folder))
        {
            if (line is ["S", var process, var key, _, var receipt] && key.StartsWith(prefix, StringComparison.Ordinal))
            {
                EffectRun run = new(int.Parse(process, CultureInfo.InvariantCulture), receipt);
                byReceipt.Add(receipt, run);
                if (!_byWork.TryGetValue(key, out List<EffectRun>? runs))
                    _byWork.Add(key, runs = []);
                runs.Add(run);
            }
            else if (line is ["E", _, _, _, var ended, "ok"] && byReceipt.TryGetValue(ended, out EffectRun? run))
            {
                run.HasEnded = true;
            }
        }
    }

    public IReadOnlyDictionary<string, List<EffectRun>> ByWork => _byWork;

    /// <summary>How many activities ended in each process.</summary>
    public string Shares => string.Join(" + ", _byWork.Values.SelectMany(r => r).Where(r => r.HasEnded)
        .GroupBy(r => r.Process).OrderBy(g => g.Key).Select(g => g.Count()));
}
