using Perdure.Torture.Journals;
using Perdure.Torture.Workload;

namespace Perdure.Torture.Judging;

/// <summary>What clients were promised and what a history promises, held against the tables of one moment.</summary>
internal sealed class Promises(ClientRecord client, Findings findings)
{
    /// <summary>Acknowledged events that came while their instance ended, and went with it.</summary>
    public int Discarded { get; private set; }

    public void Compare(InstanceLine row, Fold fold)
    {
        foreach (string problem in fold.Problems)
            findings.Add("history out of order", $"{row.Id}: {problem}");
        if (fold.Name != row.Name || fold.Status != row.Status || fold.Held != row.Held || fold.Parent != row.Parent
            || fold.CustomStatus != row.CustomStatus || row.HasEnd != row.Ended || (fold.Owed && !row.Owed))
        {
            findings.Add(
                "fold is not the row",
                $"{row} but {fold.Name} {fold.Status} held {fold.Held} owed {fold.Owed} {fold.CustomStatus} "
                + $"{fold.Parent}");
        }
        // Who is careless is meant to fail, and of nothing else.
        bool isPlanned = row.Name == Kinds.Careless
            && $"{fold.Completed}".Contains(nameof(OverdraftException), StringComparison.Ordinal);
        if (row.Status == 3 && !isPlanned)
            findings.Add("failed", $"{row.Id}: {fold.Completed}");
    }

    public void CheckClients(Tables tables, Dictionary<string, InstanceLine> byId, Dictionary<string, Fold> folds)
    {
        HashSet<string> starting =
            [.. tables.Messages.Where(m => m.Kind == MessageLine.Start).Select(m => m.Target)];
        foreach (string id in client.Started)
        {
            if (!byId.ContainsKey(id) && !starting.Contains(id) && !client.AskedPurges.Contains(id))
                Missing("start", id);
        }
        foreach (string id in client.Purged.Where(byId.ContainsKey))
            Missing("purge", id);
        HashSet<string> ending =
            [.. tables.Messages.Where(m => m.Kind == MessageLine.Terminate).Select(m => m.Target)];
        foreach (string id in client.Terminated)
        {
            if (byId.TryGetValue(id, out InstanceLine? row) && !row.Ended && !ending.Contains(id))
                Missing("terminate", id);
        }
        foreach ((string id, Fold fold) in folds)
            CheckEvents(byId[id], fold, tables);
    }

    /// <summary>An event is in the history, carried by a ledger, or still a message: in one of them, once.</summary>
    private void CheckEvents(InstanceLine row, Fold fold, Tables tables)
    {
        if (!client.Raised.TryGetValue(row.Id, out List<string>? acknowledged))
            return;
        IEnumerable<string> carried = fold.Name == Kinds.Ledger
            ? fold.Input!.Value.GetProperty("Seen").EnumerateArray().Select(e => e.GetString()!)
            : [];
        IEnumerable<string> waiting = tables.Messages
            .Where(m => m.Target == row.Id && m.Kind == MessageLine.Raise)
            .Select(m => Fold.Text(m.Body[0], "input")!);
        Dictionary<string, int> counts = carried.Concat(fold.Raised).Concat(waiting)
            .GroupBy(n => n).ToDictionary(g => g.Key, g => g.Count());
        foreach ((string number, int times) in counts.Where(c => c.Value > 1))
            findings.Add("event taken twice", $"{row.Id}: {number}, {times} times");
        // What comes while the instance ends goes with it. One client after the other sent them, so these are the last.
        int late = row.Ended ? acknowledged.AsEnumerable().Reverse().TakeWhile(n => !counts.ContainsKey(n)).Count() : 0;
        Discarded += late;
        foreach (string number in acknowledged.Take(acknowledged.Count - late).Where(n => !counts.ContainsKey(n)))
            Missing("event", $"{number} of {row.Id}");
    }

    private void Missing(string what, string id) => findings.Add("acknowledged and lost", $"{what} {id}");
}
