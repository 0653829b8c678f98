using Perdure.Simulation.Checking;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>What clients send to queues and append to streams.</summary>
internal sealed partial class Clients
{
    private static readonly string[] s_keys = ["a", "b", "c"];

    private Task OfEvents(SimulatedProcess process) => dice.Below(9) switch
    {
        < 3 => SendAsync(process),
        < 6 => AppendAsync(process),
        _ => PayAsync(process),
    };

    private async Task SendAsync(SimulatedProcess process)
    {
        Happening plan = Draw() with { Echoes = dice.Chance(0.3) ? dice.Between(1, 4) : 0 };
        string id = NewToken("m");
        QueueSendOptions options = new()
        {
            MessageId = id,
            SessionId = dice.Chance(0.5) ? dice.Pick(s_keys) : null,
            Delay = TimeSpan.FromMilliseconds(dice.Chance(0.2) ? dice.Below(5_000) : 0),
        };
        await AcceptedAsync(
            [(id, plan)], process.Queues!.SendAsync(TriggeredFunctions.Queue, plan, options));
    }

    private async Task AppendAsync(SimulatedProcess process)
    {
        string key = dice.Pick(s_keys);
        (string Id, Happening Plan)[] events =
            [.. Enumerable.Range(0, dice.Chance(0.5) ? 1 : dice.Between(2, 12)).Select(_ => (NewToken("v"), Draw()))];
        string stream = dice.Pick(
            TriggeredFunctions.Stream, TriggeredFunctions.Stream, TriggeredFunctions.Late, GossipFunctions.Stream);
        StreamEntry[] entries =
            [.. events.Select(e => new StreamEntry(e.Plan) { EventId = e.Id, PartitionKey = KeyOf(stream, key) })];
        if (stream == GossipFunctions.Stream)
        {
            // Each key has its log, and what goes to several is not one commit.
            for (int i = 0; i < events.Length; i++)
                await AcceptedAsync([events[i]], process.Streams!.AppendAsync(stream, [entries[i]]));
            return;
        }
        bool isAccepted = await AcceptedAsync(events, process.Streams!.AppendAsync(stream, entries));
        if (isAccepted && simulation.Remembers && dice.Chance(0.5))
            await AppendAgainAsync(process, stream, entries);
    }

    /// <summary>Where each key has an order of its own, what comes one after the other is of several.</summary>
    private string? KeyOf(string stream, string key) => stream != GossipFunctions.Stream ? key
        : dice.Chance(0.1) ? null : dice.Chance(0.4) ? key : dice.Pick(s_keys);

    /// <summary>Lets gossip that holds its key run again, outside of what is drawn.</summary>
    public void Replay(SimulatedProcess process) =>
        simulation.World.Queue(process, () => _ = RunAsync(process, _ => ReplayAsync(process)));

    private Task ReplayAsync(SimulatedProcess process) => ToldAsync(async () =>
    {
        DeadLetterFilter filter = new() { FunctionName = "TakeGossip", State = DeadLetterState.Active };
        DeadLetterQueryResult found =
            await Answered(NewToken("letters"), process.DeadLetters!.ListAsync(filter, pageSize: 10));
        if (found.DeadLetters.Count == 0)
            return;
        await Answered(
            NewToken("replay"), process.DeadLetters.ReplayAsync(found.DeadLetters.Select(d => d.Id)));
        simulation.Counters.Add(Rare.LetterReplayed);
    });

    /// <summary>Somebody does not know that they are there: the ledger wants them to be there once.</summary>
    private async Task AppendAgainAsync(SimulatedProcess process, string stream, StreamEntry[] entries)
    {
        foreach (StreamEntry entry in entries)
            simulation.Ledger.EventOf(entry.EventId!).IsSentAgain = true;
        try
        {
            await Answered(entries[0].EventId!, process.Streams!.AppendAsync(stream, entries));
            simulation.Counters.Add(Rare.SentTwice);
        }
        catch (Exception e) when (IsClear(e))
        {
            // They are there in any case.
        }
    }

    /// <summary>What was acknowledged must be in the store at this moment; what was refused must never be.</summary>
    private Task<bool> AcceptedAsync((string Id, Happening Plan)[] events, Task sending)
    {
        foreach ((string id, Happening plan) in events)
            simulation.Ledger.EventOf(id).Plan = plan;
        return AcceptedAsync([.. events.Select(e => e.Id)], sending);
    }

    private async Task<bool> AcceptedAsync(string[] ids, Task sending)
    {
        EventRecord[] records = [.. ids.Select(simulation.Ledger.EventOf)];
        try
        {
            await Answered(ids[0], sending);
            if (records.FirstOrDefault(r => r.Place == EventPlace.Nowhere) is { } absent)
                simulation.Violate($"'{absent.Id}' was acknowledged before it was committed.");
            return true;
        }
        catch (Exception e) when (IsClear(e))
        {
            foreach (EventRecord record in records)
            {
                record.WasRefused = true;
                Failed(record.Place == EventPlace.Nowhere, record.Id);
            }
            return false;
        }
    }

    private Happening Draw() => new()
    {
        Fails = dice.Chance(0.8) ? 0 : dice.Between(1, 4),
        Milliseconds = dice.Chance(0.3) ? dice.Below(dice.Pick(20, 2_000)) : 0,
        Obeys = dice.Chance(0.5),
        IsNamed = dice.Chance(0.3),
    };
}
