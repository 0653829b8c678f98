using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>What clients tell the timer.</summary>
internal sealed partial class Clients
{
    /// <summary>Tells it outside of what is drawn: so that it comes to rest.</summary>
    public void TellTimer(SimulatedProcess process, bool pauses) =>
        simulation.World.Queue(process, () => _ = RunAsync(
            process, _ => pauses ? PauseAsync(process) : ResumeTimerAsync(process)));

    private Task OfTimers(SimulatedProcess process) => dice.Below(6) switch
    {
        0 => PauseAsync(process),
        1 or 2 => ResumeTimerAsync(process),
        3 => ListTimersAsync(process),
        _ => TriggerAsync(process),
    };

    private Task PauseAsync(SimulatedProcess process) => ToldAsync(async () =>
    {
        long sent = simulation.Ledger.Now;
        await Answered(NewToken("pause"), process.Timers!.PauseAsync(TriggeredFunctions.Timer));
        if (!simulation.Ledger.WasPausedSince(sent))
            simulation.Violate("A pause of the timer was acknowledged before it was committed.");
    });

    private Task ResumeTimerAsync(SimulatedProcess process) => ToldAsync(
        () => Answered(NewToken("resume"), process.Timers!.ResumeAsync(TriggeredFunctions.Timer)));

    private Task TriggerAsync(SimulatedProcess process) => ToldAsync(async () =>
    {
        string id = await Answered(NewToken("run"), process.Timers!.TriggerAsync(TriggeredFunctions.Timer));
        simulation.Counters.Add(Rare.TimerTriggered);
        if (!simulation.Ledger.OccurrenceOf(id).WasAsked)
            simulation.Violate($"'{id}' was acknowledged before it was committed.");
    });

    private Task ListTimersAsync(SimulatedProcess process) => ToldAsync(async () =>
    {
        IReadOnlyList<TimerStatus> timers = await Answered(NewToken("timers"), process.Timers!.ListAsync());
        if (timers is not [{ Name: TriggeredFunctions.Timer }])
            simulation.Violate($"There are {timers.Count} timers, or it is called otherwise.");
    });

    private async Task ToldAsync(Func<Task> tell)
    {
        try
        {
            await tell();
        }
        catch (OutcomeUnknownException)
        {
            // It is done, or will be; nobody says.
            simulation.Counters.Add(Rare.OutcomeUnknown);
        }
        catch (ArgumentException e) when (e.Message.StartsWith("No program of this hub", StringComparison.Ordinal))
        {
            // Of a node without functions that has not heard of others yet.
        }
        catch (InvalidOperationException e) when (e.Message.Contains("wait to begin", StringComparison.Ordinal))
        {
            // So many were triggered in a pause.
        }
        catch (Exception e) when (IsClear(e))
        {
        }
    }
}
