using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>What clients send to the bank, and what operators tell its circuit.</summary>
internal sealed partial class Clients
{
    /// <summary>Closes it, outside of what is drawn: it has tried often enough, or somebody has isolated it.</summary>
    public void CloseCircuit(SimulatedProcess process) =>
        simulation.World.Queue(process, () => _ = RunAsync(process, _ => CommandAsync(process, CircuitStatus.Closed)));

    private async Task PayAsync(SimulatedProcess process)
    {
        Payment payment = new()
        {
            IsBad = dice.Chance(0.05),
            Milliseconds = dice.Chance(0.3) ? dice.Below(dice.Pick(20, 2_000)) : 0,
        };
        if (dice.Chance(0.4))
        {
            string id = NewToken("t");
            QueueSendOptions options = new()
            {
                MessageId = id, SessionId = dice.Chance(0.3) ? dice.Pick(s_keys) : null,
            };
            await AcceptedAsync([id], process.Queues!.SendAsync(BankFunctions.Queue, payment, options));
            return;
        }
        string[] ids = [.. Enumerable.Range(0, dice.Between(1, 5)).Select(_ => NewToken("p"))];
        string key = dice.Pick(s_keys);
        StreamEntry[] entries = [.. ids.Select(id => new StreamEntry(payment) { EventId = id, PartitionKey = key })];
        await AcceptedAsync(ids, process.Streams!.AppendAsync(BankFunctions.Stream, entries));
    }

    private Task OfCircuit(SimulatedProcess process) => CommandAsync(
        process,
        dice.Pick(
            CircuitStatus.Open, CircuitStatus.Closed, CircuitStatus.Closed, CircuitStatus.HalfOpen,
            CircuitStatus.Isolated));

    private Task CommandAsync(SimulatedProcess process, CircuitStatus to) => ToldAsync(async () =>
    {
        ICircuitClient circuits = process.Circuits!;
        const string circuit = BankFunctions.Circuit;
        try
        {
            await Answered(NewToken("circuit"), to switch
            {
                CircuitStatus.Open => circuits.OpenAsync(circuit),
                CircuitStatus.Closed => circuits.ResumeAsync(circuit),
                CircuitStatus.HalfOpen => circuits.ProbeAsync(circuit),
                _ => circuits.IsolateAsync(circuit),
            });
            simulation.Counters.Add(Rare.CircuitCommanded);
        }
        catch (TimeoutException)
        {
            // The circuit could not be reached in time: what becomes of the command is not known.
        }
    });
}
