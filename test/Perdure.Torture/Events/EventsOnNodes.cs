using System.Diagnostics;
using System.Globalization;
using Perdure.Torture.Judging;
using Perdure.Torture.Nodes;

namespace Perdure.Torture.Events;

/// <summary>
/// Orders come to three nodes on one database, one of them dies, another takes its place, and so on; at the end each
/// order must be accounted for.
/// </summary>
internal sealed class EventsOnNodes(string folder, int seed, int kills)
{
    private const int Slots = 3;

    /// <summary>Every so many times a second one dies while the first is away.</summary>
    private const int TwoDieEvery = 5;

    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_loadedWithin = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_calmWithin = TimeSpan.FromSeconds(120);

    private readonly Findings _findings = new();
    private readonly Random _random = new(seed);

    public async Task<int> RunAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        (TortureServer? server, string reason) = await TortureServer.TryStartAsync(folder, isCareless: false);
        if (server is null)
        {
            Console.WriteLine($"events on nodes: SKIP: {reason}");
            return 0;
        }
        await using (server)
        {
            NodeSlot[] slots =
            [
                .. Enumerable.Range(0, Slots).Select(i => new NodeSlot(
                    i, Slots, server, folder, seed, s_lease, _findings, NodeWork.Events)),
            ];
            EventsJudge judge = new(folder, new ServerEvidence(server.Administrator, () => { }), _findings);
            int pending = 0;
            try
            {
                await Task.WhenAll(slots.Select(s => s.StartAsync()));
                for (int i = 0; i < kills; i++)
                    pending += await KillAsync(slots, judge, i);
                await CalmAsync(server, slots);
                judge.Look(atRest: true, whole: true);
            }
            catch (TimeoutException e)
            {
                _findings.Add("does not go on", e.Message);
                await Scene.KeepAsync(server, Path.Combine(folder, "scene.txt"));
            }
            finally
            {
                foreach (NodeSlot slot in slots)
                    await slot.DisposeAsync();
            }
            string verdict = _findings.Count == 0 ? "PASS" : "FAIL";
            Console.WriteLine(
                $"events on {Slots} nodes: {verdict}: {kills} kills, {(double)pending / kills:0} events pending after "
                + $"a kill, {judge.Summary}, {judge.RanAgain} taken again after a death, {_findings.Count} violations, "
                + $"{watch.Elapsed.TotalSeconds:0} s, seed {seed}");
        }
        return _findings.Count == 0 ? 0 : 1;
    }

    /// <returns>How many events were pending just after.</returns>
    private async Task<int> KillAsync(NodeSlot[] slots, EventsJudge judge, int kill)
    {
        NodeSlot victim = slots[_random.Next(Slots)];
        if (!await victim.SaysAsync("loaded", s_loadedWithin))
            throw new TimeoutException($"The node in place {victim.Slot} took no orders within {s_loadedWithin}.");
        await Task.Delay(_random.Next(800));
        List<NodeSlot> dead = [victim];
        if (kill % TwoDieEvery == TwoDieEvery - 1)
            dead.Add(slots[(victim.Slot + 1 + _random.Next(Slots - 1)) % Slots]);
        foreach (NodeSlot slot in dead)
            await slot.KillAsync();
        judge.Look(atRest: false, whole: false);
        Console.WriteLine(
            $"kill {kill + 1,4} of {string.Join(" and ", dead.Select(d => d.Slot))}: {judge.Summary}, "
            + $"{_findings.Count} violations");
        int pending = judge.Pending;
        foreach (NodeSlot slot in dead)
            await slot.StartAsync();
        return pending;
    }

    private async Task CalmAsync(TortureServer server, NodeSlot[] slots)
    {
        foreach (NodeSlot slot in slots)
            await slot.TellAsync(NodeProgram.Calm);
        foreach (NodeSlot slot in slots)
        {
            if (!await slot.SaysAsync("calm", s_calmWithin))
                throw new TimeoutException($"The customers of place {slot.Slot} got no answer within {s_calmWithin}.");
        }
        Stopwatch watch = Stopwatch.StartNew();
        while (await server.AskAsync(EventsWorker.OpenSql) is not 0L)
        {
            if (watch.Elapsed > s_calmWithin)
                throw new TimeoutException($"Not everything came to its end within {s_calmWithin}.");
            await Task.Delay(50);
        }
        foreach (NodeSlot slot in slots)
        {
            await slot.TellAsync(NodeProgram.Stop);
            if (await slot.EndAsync(s_calmWithin) is not 0 and var code)
                _findings.Add(
                    "no calm",
                    string.Create(CultureInfo.InvariantCulture, $"node in place {slot.Slot} ended with {code}"));
            slot.Report();
        }
    }
}
