using System.Globalization;
using System.Text.Json;
using Perdure.Torture.Journals;
using Perdure.Torture.Judging;
using Perdure.Torture.Workload;

namespace Perdure.Torture.Events;

/// <summary>
/// Looks at a hub of orders while nothing moves: every order that was acknowledged is in the store; what a checkpoint
/// has passed has started its orchestration or is put aside, in the same commit, and nothing else has; and of each
/// customer one order was taken after the other.
/// </summary>
internal sealed class EventsJudge(string journals, Evidence evidence, Findings findings)
{
    private const int StartKind = 1, AppendKind = 31;

    /// <summary>Added to the kind of a request from another node.</summary>
    private const int Asked = 1_000;

    private readonly JournalFiles _client = new("client*.log"), _effects = new("effects*.log");
    private readonly HashSet<string> _acknowledged = [], _asked = [], _noticed = [];

    /// <summary>When they were taken for the first time.</summary>
    private readonly Dictionary<string, long> _taken = [];

    public int Pending { get; private set; }

    public int RanAgain { get; private set; }

    public string Summary { get; private set; } = "";

    public void Look(bool atRest, bool whole)
    {
        ReadJournals();
        string[] acknowledged = [.. _acknowledged];
        using SqlReader hub = evidence.Open(whole, findings);
        // Whatever the hub has now was asked for before.
        ReadJournals();
        HashSet<string> started = [], aside = [], appended = [], inBlocks = [];
        foreach (SqlRow row in hub.Rows("select id, status from instances"))
        {
            started.Add(row.Text(0));
            if (atRest && row.Int(1) != 1)
                findings.Add("not fulfilled", row.Text(0));
        }
        foreach (string id in hub.Rows("select event from dead_letters").Select(r => r.Text(0)))
        {
            if (!aside.Add(id))
                findings.Add("put aside twice", id);
        }
        HashSet<string> starting =
        [
            .. hub.Rows($"select target from messages where kind in ({StartKind}, {Asked + StartKind})")
                .Select(r => r.Text(0)),
        ];
        string appending = $"select body from messages where kind in ({AppendKind}, {Asked + AppendKind})";
        foreach (SqlRow row in hub.Rows(appending))
            appended.UnionWith(IdsIn(row.Text(0)));
        Dictionary<string, Checkpoint> checkpoints = hub
            .Rows("select log, position, state from readers where log like '@@/orders/%'")
            .ToDictionary(r => r.Text(0), r => new Checkpoint(r.Long(1), r.Text(2)));
        int processed = 0;
        Pending = 0;
        foreach ((string log, long number, string id) in EventsOf(hub))
        {
            // What is on its way may be a second copy, which its log leaves out.
            if (!inBlocks.Add(id))
                findings.Add("there twice", id);
            appended.Add(id);
            bool isDone = checkpoints.TryGetValue(log, out Checkpoint? checkpoint) && checkpoint.Has(number);
            bool isStarted = started.Contains(id) || starting.Contains(id);
            if (isStarted && aside.Contains(id))
                findings.Add("started and put aside", id);
            if (isDone != (isStarted || aside.Contains(id)))
                findings.Add(isDone ? "passed and lost" : "started before its checkpoint", $"{id}, {number} of {log}");
            processed += isDone && isStarted ? 1 : 0;
            Pending += isDone ? 0 : 1;
        }
        foreach (string id in acknowledged.Where(id => !appended.Contains(id)))
            findings.Add("acknowledged and lost", id);
        foreach (string id in appended.Where(id => !_asked.Contains(id)))
            findings.Add("never sent", id);
        CheckOrder(hub);
        if (atRest)
            CheckRest(hub, started);
        Summary = $"{acknowledged.Length} acknowledged, {processed} processed, {aside.Count} put aside, "
            + $"{Pending} pending";
    }

    private void CheckRest(SqlReader hub, HashSet<string> started)
    {
        if (Pending > 0)
            findings.Add("pending for ever", $"{Pending} events");
        foreach (string id in started.Where(id => !_noticed.Contains(id)))
            findings.Add("no notice", id);
        foreach (string id in _noticed.Where(id => !started.Contains(id)))
            findings.Add("notice of nothing", id);
        if (hub.Number("select count(*) from messages") is var left and > 0)
            findings.Add("orphan messages", $"{left} rows");
    }

    /// <summary>Of each log an event was taken for the first time after all that are before it.</summary>
    private void CheckOrder(SqlReader hub)
    {
        foreach (var log in EventsOf(hub).GroupBy(e => e.Log))
        {
            long last = long.MinValue;
            foreach ((_, _, string id) in log)
            {
                if (!_taken.TryGetValue(id, out long at))
                    continue;
                if (at < last)
                    findings.Add("out of order", $"{id} in {log.Key}");
                last = Math.Max(last, at);
            }
        }
    }

    private static IEnumerable<(string Log, long Number, string Id)> EventsOf(SqlReader hub)
    {
        List<(string Log, long First, string Body)> blocks =
        [
            .. hub.Rows("select log, first, body from blocks where log like '@@/orders/%' order by log, first")
                .Select(r => (r.Text(0), r.Long(1), r.Text(2))),
        ];
        return blocks.SelectMany(b => IdsIn(b.Body).Select((id, i) => (b.Log, b.First + i, id)));
    }

    private static IEnumerable<string> IdsIn(string body)
    {
        using JsonDocument events = JsonDocument.Parse(body);
        JsonElement list = events.RootElement;
        // Of another node it stands in ["id of the request", events].
        if (list[0].ValueKind == JsonValueKind.String)
            list = list[1];
        return [.. list.EnumerateArray().Select(e => e.GetProperty("id").GetString()!)];
    }

    private void ReadJournals()
    {
        foreach (string[] line in _client.ReadOn(journals))
        {
            if (line is ["A", _, EventsWorker.Append, var acknowledged])
                _acknowledged.Add(acknowledged);
            else if (line is ["I", _, EventsWorker.Append, var asked])
                _asked.Add(asked);
        }
        foreach (string[] line in _effects.ReadOn(journals))
        {
            if (line is not ["S", _, var key, ..])
                continue;
            if (key.StartsWith(OrderFunctions.Noticed, StringComparison.Ordinal))
                _noticed.Add(key[OrderFunctions.Noticed.Length..]);
            else if (key.StartsWith(OrderFunctions.Taken, StringComparison.Ordinal))
                Taken(key[OrderFunctions.Taken.Length..]);
        }
    }

    private void Taken(string key)
    {
        int at = key.LastIndexOf('@');
        string id = key[..at];
        long time = long.Parse(key.AsSpan(at + 1), CultureInfo.InvariantCulture);
        if (_taken.TryAdd(id, time))
            return;
        RanAgain++;
        _taken[id] = Math.Min(_taken[id], time);
    }

    /// <summary>How far the reader of a log has come.</summary>
    private sealed class Checkpoint(long position, string state)
    {
        private readonly (long From, long End)[] _done = DoneIn(state);

        public bool Has(long number) => number < position || _done.Any(d => number >= d.From && number < d.End);

        private static (long, long)[] DoneIn(string state)
        {
            using JsonDocument document = JsonDocument.Parse(state);
            if (!document.RootElement.TryGetProperty("done", out JsonElement done))
                return [];
            long[] numbers =
            [
                .. done.EnumerateArray().SelectMany(e => e.ValueKind == JsonValueKind.Array
                    ? e.EnumerateArray().Select(n => n.GetInt64())
                    : [e.GetInt64()]),
            ];
            return [.. numbers.Chunk(2).Select(c => (c[0], c[1]))];
        }
    }
}
