using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Perdure.Torture.Judging;

namespace Perdure.Torture.Nodes;

/// <summary>Makes happen what the plan says.</summary>
internal sealed class Faults(
    TortureServer server, NodeSlot[] slots, ClusterWatch cluster, Findings findings, TimeSpan lease)
{
    private static readonly TimeSpan s_upWithin = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_commitWithin = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan s_carelessFor = TimeSpan.FromSeconds(3);

    private readonly List<Task> _starting = [];

    /// <param name="plan">What happens.</param>
    /// <param name="goesOn">Waits until the hub goes on; told what it goes on after.</param>
    /// <param name="happened">Told after each how many there were.</param>
    /// <param name="done">Counts them by kind.</param>
    public async Task RunAsync(
        IReadOnlyList<Fault> plan, Func<string, Task> goesOn, Func<int, Task> happened, Dictionary<string, int> done)
    {
        for (int i = 0; i < plan.Count; i++)
        {
            Fault fault = plan[i];
            await Task.Delay(fault.After);
            Stopwatch watch = Stopwatch.StartNew();
            await MakeAsync(fault);
            TimeSpan took = watch.Elapsed;
            if (!fault.Overlaps)
                await goesOn($"{i + 1} {fault.Kind}");
            done[fault.Kind.ToString()] = done.GetValueOrDefault(fault.Kind.ToString()) + 1;
            Console.WriteLine(
                $"{i + 1,4} of {plan.Count} {fault.Kind,-15} took {took.TotalSeconds:0.0} s, "
                + $"went on after {(watch.Elapsed - took).TotalSeconds:0.0} s, {slots.Count(s => s.IsUp)} up");
            foreach (NodeSlot slot in slots)
                slot.CheckAlive();
            await happened(i + 1);
            // What has gone wrong shows best when not much has happened since.
            if (findings.Count > 0 && !server.IsCareless)
                break;
        }
        await Task.WhenAll(_starting);
    }

    private async Task MakeAsync(Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.Kill: await KillAsync(await PickAsync(fault)); break;
            case FaultKind.Stop: await StopAsync(await PickAsync(fault), fault); break;
            case FaultKind.StopInCommit: await StopInCommitAsync(await PickAsync(fault), fault); break;
            case FaultKind.Restart: await RestartAsync(); break;
            case FaultKind.Terminate: await TerminateAsync(fault); break;
            case FaultKind.CutBeforeServer: await CutAsync(await PickAsync(fault), Cut.BeforeServer); break;
            case FaultKind.CutInDoubt: await CutAsync(await PickAsync(fault), Cut.InDoubt); break;
            case FaultKind.CutBeforeAnswer: await CutAsync(await PickAsync(fault), Cut.BeforeAnswer); break;
            default: throw new UnreachableException($"{fault.Kind}");
        }
    }

    /// <summary>One that is up; there are always two, so that somebody can go on.</summary>
    private async Task<NodeSlot> PickAsync(Fault fault)
    {
        Stopwatch watch = Stopwatch.StartNew();
        NodeSlot[] up;
        while ((up = [.. slots.Where(s => s.IsUp)]).Length < 2)
        {
            if (watch.Elapsed > s_upWithin)
                throw new TimeoutException($"Of {slots.Length} nodes only {up.Length} came up again.");
            await Task.Delay(50);
        }
        return up[fault.Draw % up.Length];
    }

    private async Task KillAsync(NodeSlot slot)
    {
        long? node = await NodeOfAsync(slot);
        await slot.KillAsync();
        if (node is { } number)
            cluster.Killed(number);
        _starting.Add(slot.StartAsync());
    }

    private async Task RestartAsync()
    {
        if (server.IsCareless)
        {
            await server.HoldLogAsync();
            await Task.Delay(s_carelessFor);
        }
        await server.RestartAsync();
    }

    private async Task StopAsync(NodeSlot slot, Fault fault)
    {
        await slot.StandStillAsync();
        await Task.Delay(Beyond(fault));
        await slot.GoOnAsync();
    }

    /// <summary>The server holds the locks of a commit whose end never comes until the node goes on.</summary>
    private async Task StopInCommitAsync(NodeSlot slot, Fault fault)
    {
        ArmedCut stall = slot.Proxy.Arm(Cut.Stall);
        await MetAsync(slot, stall);
        await slot.StandStillAsync();
        await Task.Delay(Beyond(fault));
        await slot.GoOnAsync();
        stall.Release();
    }

    /// <summary>Longer than the lease, by up to as much again.</summary>
    private TimeSpan Beyond(Fault fault) => lease + (lease * (0.2 + (fault.Draw % 1000 / 1250.0)));

    private async Task CutAsync(NodeSlot slot, Cut cut) => await MetAsync(slot, slot.Proxy.Arm(cut));

    private async Task MetAsync(NodeSlot slot, ArmedCut cut)
    {
        if (await Task.WhenAny(cut.Done, Task.Delay(s_commitWithin)) == cut.Done)
            return;
        slot.Proxy.Disarm();
        findings.Add("no commit", $"node in place {slot.Slot} did not commit within {s_commitWithin.TotalSeconds} s");
    }

    private async Task TerminateAsync(Fault fault)
    {
        // Ordered by the start of the session, so that a draw means the same sort of session again.
        await AskAsync(
            $"""
            with s as (
                select pid, row_number() over (order by application_name, backend_start, pid) - 1 no, count(*) over () n
                from pg_stat_activity where usename = 'torture')
            select pg_terminate_backend(pid) from s where no = {fault.Draw} % n
            """);
    }

    /// <summary>Its number in the hub, by the connections that commit; null when it has none just now.</summary>
    private async Task<long?> NodeOfAsync(NodeSlot slot)
    {
        string ports = string.Join(',', slot.Proxy.OuterPorts.Append(0));
        return (long?)await AskAsync(
            $"""
            select n.node from nodes n join pg_stat_activity a on a.application_name = n.session
            where a.client_port in ({ports}) order by n.node desc limit 1
            """);
    }

    private async Task<object?> AskAsync(FormattableString sql)
    {
        try
        {
            return await server.AskAsync(sql.ToString(CultureInfo.InvariantCulture));
        }
        catch (NpgsqlException)
        {
            // It has just been restarted.
            return null;
        }
    }
}
