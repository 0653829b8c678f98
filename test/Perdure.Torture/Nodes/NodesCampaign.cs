using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Perdure.Torture.Judging;
using Perdure.Torture.Workload;

namespace Perdure.Torture.Nodes;

/// <summary>
/// Three nodes on one server, and everything that can happen to them and to it while they work; now and then a look at
/// a snapshot, and at the end a calm and the last judgement. A seed decides what happens in which order and what the
/// clients ask; processes, threads and disk it cannot decide.
/// </summary>
internal sealed class NodesCampaign(
    string folder, int seed, int count, bool isCareless = false, bool hasBuilds = false)
{
    private const int Slots = 3;
    private const int LookEvery = 5;
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_loadedWithin = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_calmWithin = TimeSpan.FromSeconds(240);
    private static readonly TimeSpan s_goOnWithin = TimeSpan.FromSeconds(60);

    /// <summary>Whoever wants to know why it takes so long needs to see how things are by then.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan s_quietWithin = TimeSpan.FromSeconds(30);

    private readonly Findings _findings = new(quiet: isCareless);
    private readonly Dictionary<string, int> _done = [];
    private TimeSpan _longestGap;
    private string _gapAfter = "nothing";
    private string _builds = "";

    public async Task<int> RunAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        (TortureServer? server, string reason) = await TortureServer.TryStartAsync(folder, isCareless);
        if (server is null)
        {
            Console.WriteLine($"nodes: SKIP: {reason}");
            return 0;
        }
        await using (server)
        {
            NodeSlot[] slots =
                [.. Enumerable.Range(0, Slots).Select(i => new NodeSlot(i, Slots, server, folder, seed, s_lease,
                    _findings, buildOf: hasBuilds ? starts => BuildOf(i, starts) : null))];
            ClusterWatch cluster = new(server.Administrator, _findings);
            Judge judge = new(folder, new ServerEvidence(server.Administrator, () => GoOn(slots)), _findings);
            try
            {
                await Task.WhenAll(slots.Select(s => s.StartAsync()));
                foreach (NodeSlot slot in slots)
                {
                    if (!await slot.SaysAsync("loaded", s_loadedWithin))
                        _findings.Add("never loaded", $"node in place {slot.Slot}");
                }
                cluster.Start();
                Console.WriteLine($"{Slots} nodes under load after {watch.Elapsed.TotalSeconds:0} s");
                await new Faults(server, slots, cluster, _findings, s_lease).RunAsync(
                    isCareless ? FaultPlan.Restarts(count) : FaultPlan.Of(seed, count),
                    fault => GoesOnAsync(server, fault),
                    n => isCareless || n % LookEvery == 0
                        ? LookAsync(server, judge, slots, n)
                        : Task.CompletedTask,
                    _done);
                if (isCareless)
                    return CarelessVerdict(judge);
                await CalmAsync(server, slots, judge, cluster);
                if (hasBuilds)
                    await CountBuildsAsync(server);
                Verdict(judge, slots, cluster, watch);
            }
            finally
            {
                await cluster.DisposeAsync();
                foreach (NodeSlot slot in slots)
                    await slot.DisposeAsync();
                server.KeepLog(folder);
            }
        }
        return _findings.Count == 0 ? 0 : 1;
    }

    /// <summary>
    /// Two builds at all times, as in a deployment that goes on for ever: one place always has the new one, one the old
    /// one, and the third what its process before did not have.
    /// </summary>
    private static string BuildOf(int slot, int starts) => slot switch
    {
        0 => Build.New,
        1 => Build.Old,
        _ => starts % 2 == 0 ? Build.Old : Build.New,
    };

    private void Verdict(Judge judge, NodeSlot[] slots, ClusterWatch cluster, Stopwatch watch)
    {
        string faults = _done.Count == 0
            ? "no faults"
            : string.Join(", ", _done.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => $"{d.Value} {d.Key}"));
        Console.WriteLine(
            $"{(hasBuilds ? "builds" : "nodes")}: {(_findings.Count == 0 ? "PASS" : "FAIL")}: {Slots} nodes, {faults}, "
            + $"{judge.Client.Acknowledgements} acknowledged requests, {judge.Instances} instances, "
            + $"{judge.Effects.Runs} activity runs ({judge.Effects.Repeated} repeated), {judge.Moved} moved money, "
            + $"longest gap {_longestGap.TotalSeconds:0.0} s (after {_gapAfter}), "
            + _builds + TakeOvers(cluster.TakeOvers)
            + $"{cluster.Epochs} openings, {slots.Sum(s => s.Refusals)} starts refused, "
            + $"{_findings.Count} violations, {watch.Elapsed.TotalSeconds:0} s, seed {seed}");
    }

    private static string TakeOvers(IReadOnlyList<TimeSpan> took) => took.Count == 0
        ? ""
        : $"{took.Count} take-overs {took[took.Count / 2].TotalSeconds:0.0} s after a kill (at most "
            + $"{took[^1].TotalSeconds:0.0} s), ";

    /// <summary>A harness that cannot fail proves nothing: what this server lost must have been found.</summary>
    private int CarelessVerdict(Judge judge)
    {
        int lost = _findings.All.Count(f => f.StartsWith("acknowledged and lost", StringComparison.Ordinal));
        Console.WriteLine(
            $"nodes: {(lost > 0 ? "PASS" : "FAIL")}: (synchronous_commit=off) {count} Restart, "
            + $"{judge.Client.Acknowledgements} acknowledged requests, {lost} found lost, seed {seed}");
        return lost > 0 ? 0 : 1;
    }

    /// <summary>Waits for an instance that ends after the trouble.</summary>
    private async Task GoesOnAsync(TortureServer server, string after)
    {
        long since = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Stopwatch watch = Stopwatch.StartNew();
        bool isKept = false;
        while (true)
        {
            if (watch.Elapsed > s_patience && !isKept)
            {
                isKept = true;
                await Scene.KeepAsync(server, Path.Combine(folder, "stalls.txt"));
            }
            long? ended = null;
            try
            {
                ended = (long?)await server.AskAsync(string.Create(
                    CultureInfo.InvariantCulture, $"select min(ended) from instances where ended > {since}"));
            }
            catch (NpgsqlException)
            {
                // Not even we are answered yet.
            }
            if (ended is { } at)
            {
                TimeSpan gap = TimeSpan.FromMilliseconds(at - since);
                if (gap > _longestGap)
                    (_longestGap, _gapAfter) = (gap, after);
                return;
            }
            if (watch.Elapsed > s_goOnWithin)
            {
                _findings.Add("does not go on", $"{s_goOnWithin.TotalSeconds} s after {after}");
                return;
            }
            await Task.Delay(20);
        }
    }

    private async Task LookAsync(TortureServer server, Judge judge, NodeSlot[] slots, int after)
    {
        foreach (NodeSlot slot in slots.Where(s => s.IsUp))
            await slot.StandStillAsync();
        judge.Look(atRest: false, whole: false);
        if (_findings.Count > 0 && !isCareless)
            await Scene.KeepAsync(server, Path.Combine(folder, $"look-{after}.txt"));
        Console.WriteLine(
            $"look after {after}: {judge.Open} open of {judge.Instances}, {judge.Locked} locked, "
            + $"{judge.Client.Acknowledgements} acknowledged, {judge.Effects.Runs} runs, {_findings.Count} violations");
    }

    private static void GoOn(NodeSlot[] slots) =>
        Task.WhenAll(slots.Where(s => s.IsUp).Select(s => s.GoOnAsync())).Wait();

    private async Task CalmAsync(TortureServer server, NodeSlot[] slots, Judge judge, ClusterWatch cluster)
    {
        foreach (NodeSlot slot in slots)
            await slot.TellAsync(NodeProgram.Calm);
        foreach (NodeSlot slot in slots)
        {
            if (!await slot.SaysAsync("calm", s_calmWithin))
                _findings.Add("no calm", $"node in place {slot.Slot} did not bring everything to its end");
        }
        // The last releases may still be on the way when the last instance has ended.
        Stopwatch watch = Stopwatch.StartNew();
        while ((long)(await server.AskAsync(
                "select (select count(*) from messages) + (select count(*) from entities where holder is not null)"))!
                > 0 && watch.Elapsed < s_quietWithin)
            await Task.Delay(50);
        judge.Look(atRest: true, whole: true);
        if (_findings.Count > 0)
            await Scene.KeepAsync(server, Path.Combine(folder, "end.txt"));
        await CheckOwnersAsync(server, cluster);
        foreach (NodeSlot slot in slots)
            await slot.TellAsync(NodeProgram.Stop);
        foreach (NodeSlot slot in slots)
        {
            int code = await slot.EndAsync(s_calmWithin);
            if (code != 0)
                _findings.Add("no calm", $"node in place {slot.Slot} ended with {code}");
            slot.Report();
        }
        object? held = await server.AskAsync("select count(*) from partitions where owner <> 0 or dirty");
        if (held is not 0L)
            _findings.Add("not released", $"{held} partitions after all nodes have left");
    }

    private async Task CountBuildsAsync(TortureServer server)
    {
        foreach (string build in new[] { Build.Old, Build.New })
        {
            object? count = await server.AskAsync($"select count(*) from instances where version = '{build}'");
            _builds += $"{count} instances of {build}, ";
            if (count is not > 0L)
                _findings.Add("proves nothing", $"there is no instance of the build {build}");
        }
    }

    private async Task CheckOwnersAsync(TortureServer server, ClusterWatch cluster)
    {
        object? alone = await server.AskAsync(
            """
            select string_agg(p.id::text, ', ') from partitions p where not exists
                (select 1 from nodes n where n.node = p.owner
                    and n.expires > extract(epoch from clock_timestamp()) * 1000)
            """);
        if (alone is not null)
            _findings.Add("partition without a living owner", $"{alone}");
        if (cluster.Outstanding > 0)
            _findings.Add("not taken over", $"{cluster.Outstanding} killed nodes still own something");
    }
}
