using Perdure.Simulation.Checking;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>What clients send to queues and append to streams.</summary>
internal sealed partial class Clients
{
    private static readonly string[] s_keys = ["a", "b", "c"];

    private Task OfEvents(SimulatedProcess process) => dice.Below(3) == 0 ? SendAsync(process) : AppendAsync(process);

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
        await AcceptedAsync(events, process.Streams!.AppendAsync(
            TriggeredFunctions.Stream,
            [.. events.Select(e => new StreamEntry(e.Plan) { EventId = e.Id, PartitionKey = key })]));
    }

    /// <summary>What was acknowledged must be in the store at this moment; what was refused must never be.</summary>
    private async Task AcceptedAsync((string Id, Happening Plan)[] events, Task sending)
    {
        EventRecord[] records = [.. events.Select(e => simulation.Ledger.EventOf(e.Id))];
        for (int i = 0; i < records.Length; i++)
            records[i].Plan = events[i].Plan;
        try
        {
            await Answered(events[0].Id, sending);
            if (records.FirstOrDefault(r => r.Place == EventPlace.Nowhere) is { } absent)
                simulation.Violate($"'{absent.Id}' was acknowledged before it was committed.");
        }
        catch (Exception e) when (IsClear(e))
        {
            foreach (EventRecord record in records)
            {
                record.WasRefused = true;
                Failed(record.Place == EventPlace.Nowhere, record.Id);
            }
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
