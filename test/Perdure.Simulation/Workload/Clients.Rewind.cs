using Perdure.Clients;
using Perdure.Simulation.Checking;
using Perdure.Simulation.Runs;
using Status = Perdure.Core.Orchestrations.InstanceStatus;

namespace Perdure.Simulation.Workload;

/// <summary>Rewinds: of what has failed, and of what has ended to a turn that somebody chooses.</summary>
internal sealed partial class Clients
{
    /// <summary>Most instances have not ended so, and asking them would show little.</summary>
    private string? Ended(Status? status = null)
    {
        string[] ended = [.. simulation.Ledger.Current
            .Where(l => status is null ? l.End is not null : l.Status == status).Select(l => l.Id)];
        return ended.Length == 0 || dice.Chance(0.2) ? null : dice.Pick(ended);
    }

    private async Task RewindAsync(DurableClient client, string id)
    {
        await PurgeChildAsync(client, id);
        long sent = simulation.Ledger.Now;
        bool refused = false;
        await CommandAsync(client, id, "rewind", async (c, reason) =>
        {
            try
            {
                await c.RewindAsync(id, reason);
            }
            catch (InvalidOperationException e) when (e.Message.Contains("only a failed", StringComparison.Ordinal))
            {
                refused = true;
                throw;
            }
        });
        if (refused && simulation.Ledger.ById(id) is { Status: Status.Failed } life && life.Touched < sent)
            simulation.Violate($"'{id}' was not rewound because it has not failed, and it has.");
    }

    private async Task RewindToTurnAsync(DurableClient client, string id)
    {
        await PurgeChildAsync(client, id);
        int[] runs = [.. simulation.Ledger.ById(id)?.Runs ?? []];
        int turn = runs.Length == 0 || dice.Chance(0.1) ? dice.Below(30) : dice.Pick(runs);
        long sent = simulation.Ledger.Now;
        string? refused = null;
        await CommandAsync(client, id, "back", async (c, reason) =>
        {
            simulation.Ledger.ChosenTurns[reason] = turn;
            try
            {
                await c.RewindToTurnAsync(id, turn, reason);
            }
            catch (InvalidOperationException e) when (e.Message.Contains("has not ended", StringComparison.Ordinal))
            {
                refused = e.Message;
                throw;
            }
            catch (ArgumentException e) when (e.Message.Contains("did not run", StringComparison.Ordinal))
            {
                refused = e.Message;
                throw new InvalidOperationException(e.Message, e);
            }
        });
        if (refused is not null && simulation.Ledger.ById(id) is { End: not null } life && life.Touched < sent
            && life.Runs.Any(t => t >= turn))
            simulation.Violate($"'{id}' did not go back to turn {turn}, although it can: {refused}");
    }

    private async Task PurgeChildAsync(DurableClient client, string id)
    {
        string[] children = [.. simulation.Ledger.ById(id)?.Tasks.Values.Select(t => t.Child?.InstanceId)
            .OfType<string>() ?? []];
        if (children.Length > 0 && dice.Chance(0.3))
            await PurgeAsync(client, dice.Pick(children));
    }
}
