using System.Diagnostics;
using System.Globalization;
using Perdure.Torture.Judging;
using Perdure.Torture.Nodes;

namespace Perdure.Torture.FanOut;

/// <summary>
/// A wide fan-out over three nodes, once undisturbed, once with the death of the node that owns the instance, once with
/// the death of another: what runs again is what the dead node had in hand, and it ends in time.
/// </summary>
internal sealed class FanOutCampaign(string folder, int seed, int count)
{
    private const int Slots = 3;

    /// <summary>Code that has never run is slow, and would make the undisturbed time a kind one.</summary>
    private const int WarmUps = 3;

    /// <summary>What it may take longer than undisturbed, beyond the lease of the dead node.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    /// <summary>As nodes have it that are told nothing else.</summary>
    private static readonly TimeSpan s_lease = new PerdureOptions().Lease;

    private static readonly TimeSpan s_calmWithin = TimeSpan.FromSeconds(90);

    private readonly Findings _findings = new();
    private readonly List<string> _figures = [];
    private readonly Random _random = new(seed);
    private TimeSpan _undisturbed;

    /// <summary>Of nodes that had something in hand.</summary>
    private int _deaths;

    public async Task<int> RunAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        (TortureServer? server, string reason) = await TortureServer.TryStartAsync(folder, isCareless: false);
        if (server is null)
        {
            Console.WriteLine($"fanout: SKIP: {reason}");
            return 0;
        }
        await using (server)
        {
            FanOutNode[] nodes =
                [.. Enumerable.Range(0, Slots).Select(i => new FanOutNode(
                    new NodeSlot(i, Slots, server, folder, seed, s_lease, _findings, NodeWork.FanOut), server))];
            try
            {
                await RunAsync(server, nodes);
            }
            catch (TimeoutException e)
            {
                _findings.Add("does not go on", e.Message);
                await Scene.KeepAsync(server, Path.Combine(folder, "scene.txt"));
            }
            finally
            {
                foreach (FanOutNode node in nodes)
                    await node.Slot.DisposeAsync();
                server.KeepLog(folder);
            }
        }
        Console.WriteLine(
            $"fanout: {(_findings.Count == 0 ? "PASS" : "FAIL")}: {count} activities on {Slots} nodes, lease "
            + $"{s_lease.TotalSeconds:0} s; {string.Join("; ", _figures)}; {_findings.Count} violations, "
            + $"{watch.Elapsed.TotalSeconds:0} s, seed {seed}");
        return _findings.Count == 0 ? 0 : 1;
    }

    private async Task RunAsync(TortureServer server, FanOutNode[] nodes)
    {
        foreach (FanOutNode node in nodes)
            await node.StartAsync();
        for (int i = 0; i < WarmUps; i++)
            await OneAsync(server, nodes, $"wide-warm-{i}", Math.Max(1_000, count / 5), null);
        _figures.Clear();
        _undisturbed = await OneAsync(server, nodes, "wide-undisturbed", count, null);
        await OneAsync(server, nodes, "wide-owner", count, owner => nodes.Single(n => n.Number == owner));
        await OneAsync(
            server, nodes, "wide-other", count,
            owner => nodes.Where(n => n.Number != owner).ElementAt(_random.Next(Slots - 1)));
        if (_deaths == 0)
            _findings.Add("proves nothing", "no node had anything in hand when it was killed");
        await CalmAsync(server);
        new Judge(folder, new ServerEvidence(server.Administrator, () => { }), _findings)
            .Look(atRest: true, whole: true);
        foreach (NodeSlot slot in nodes.Select(n => n.Slot))
        {
            await slot.TellAsync(NodeProgram.Stop);
            if (await slot.EndAsync(s_calmWithin) is not 0 and var code)
                _findings.Add("no calm", $"node in place {slot.Slot} ended with {code}");
            slot.Report();
        }
    }

    private async Task<TimeSpan> OneAsync(
        TortureServer server, FanOutNode[] nodes, string id, int activities, Func<long, FanOutNode>? victimOf)
    {
        await EvenAsync(server);
        FanOutRun run = new(server, folder, id, activities);
        await run.RunAsync(nodes[_random.Next(Slots)].Slot, victimOf);
        FanOutVerdict verdict = new(run, folder, server.Administrator, _findings);
        string name = id["wide-".Length..];
        string took = Seconds(run.Took);
        if (run.Death is { } death)
        {
            TimeSpan later = run.Took - _undisturbed;
            if (later > s_lease + s_grace)
                _findings.Add("too late", $"{id}: {Seconds(later)} later than undisturbed");
            if (verdict.Running + verdict.Unsaved > 0)
                _deaths++;
            took += $" ({later.TotalSeconds:+0.0;-0.0} s), killed with {death.Ended} ended, {verdict.Running} running "
                + $"({verdict.RunningAgain} ran again), {verdict.Unsaved} ended and not stored "
                + $"({verdict.UnsavedAgain} ran again)";
        }
        _figures.Add($"{name} {took}, {verdict.Shares}");
        Console.WriteLine($"{id}: {_figures[^1]}");
        foreach (FanOutNode dead in nodes.Where(n => !n.Slot.IsUp))
            await dead.StartAsync();
        return run.Took;
    }

    /// <summary>Until each node owns its share, and nothing is left of what was before.</summary>
    private static async Task EvenAsync(TortureServer server)
    {
        await UntilAsync(
            server,
            $"""
            select count(*) = {Slots} and max(c) - min(c) <= 1 and sum(c) = (select count(*) from partitions)
            from (select count(*) c from partitions p join nodes n on n.node = p.owner
                where n.expires > extract(epoch from clock_timestamp()) * 1000 group by p.owner) shares
            """, "the partitions were not shared out");
        await CalmAsync(server);
    }

    private static Task CalmAsync(TortureServer server) => UntilAsync(
        server, "select (select count(*) from messages) + (select count(*) from offers) = 0",
        "messages or offers were left");

    private static async Task UntilAsync(TortureServer server, string sql, string otherwise)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (await server.AskAsync(sql) is not true)
        {
            if (watch.Elapsed > s_calmWithin)
                throw new TimeoutException($"After {watch.Elapsed} {otherwise}.");
            await Task.Delay(50);
        }
    }

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");
}
