using System.Text.Json;

namespace Perdure.Torture.Judging;

/// <summary>
/// Nothing may be silently stuck: whatever an instance waits for must exist. A timer has its row and the row its timer;
/// a child lives, or its start or its answer is a message.
/// </summary>
internal sealed class WaitsFor
{
    private readonly Dictionary<string, InstanceLine> _byId;
    private readonly Findings _findings;
    private readonly Dictionary<(string Target, long Due, long Number), TimerLine> _timers;
    private readonly HashSet<string> _starts;
    private readonly HashSet<(string Target, int Task)> _answers;
    private readonly HashSet<(string, long, long)> _wanted = [];

    public WaitsFor(Tables tables, Dictionary<string, InstanceLine> byId, Findings findings)
    {
        (_byId, _findings) = (byId, findings);
        _timers = tables.Timers.ToDictionary(t => (t.Target, t.Due, t.Number));
        _starts = [.. tables.Messages.Where(m => m.Kind == MessageLine.Start).Select(m => m.Target)];
        _answers =
        [
            .. tables.Messages.Where(m => m.Kind == MessageLine.ChildDone)
                .Select(m => (m.Target, m.Body[^1].GetProperty("task").GetInt32())),
        ];
    }

    public void Check(InstanceLine instance, Fold fold)
    {
        if (fold.Ended)
            return;
        if (fold.StartAt is { } startAt)
            Want(instance, startAt, -instance.Key);
        foreach ((int task, JsonElement opened) in fold.Open)
        {
            switch (Fold.Type(opened))
            {
                case "TimerCreated":
                    Want(instance, opened.GetProperty("fireAt").GetInt64(), opened.GetProperty("number").GetInt64());
                    break;
                case "SubOrchestrationInstanceCreated":
                    string child = Fold.Text(opened, "instance")!;
                    bool lives = _byId.TryGetValue(child, out InstanceLine? row) && !row.Ended
                        && row.Parent == instance.Id;
                    if (!lives && !_starts.Contains(child) && !_answers.Contains((instance.Id, task)))
                        _findings.Add(
                            "waits for nothing", $"{instance.Id}: child {child} is neither alive nor on its way");
                    break;
            }
        }
    }

    /// <summary>Rows that no instance waits for. Instances that had ended before must not have any.</summary>
    public void CheckTimers(Dictionary<string, Fold> folds)
    {
        foreach (((string Target, long, long) key, TimerLine timer) in _timers)
        {
            if (!_wanted.Contains(key))
                _findings.Add("orphan timer", $"{timer}, instance looked at: {folds.ContainsKey(key.Target)}");
        }
    }

    private void Want(InstanceLine instance, long due, long number)
    {
        _wanted.Add((instance.Id, due, number));
        if (!_timers.ContainsKey((instance.Id, due, number)))
            _findings.Add("waits for nothing", $"{instance.Id}: its timer {number}, due {due}, has no row");
    }
}
