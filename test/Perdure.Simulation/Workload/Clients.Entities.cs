using Perdure.Clients;
using Perdure.Simulation.Checking;

namespace Perdure.Simulation.Workload;

/// <summary>What clients ask of entities.</summary>
internal sealed partial class Clients
{
    private Func<DurableClient, Task> OfEntities() => dice.Below(20) switch
    {
        < 11 => SignalAsync,
        < 15 => SignalManyAsync,
        < 18 => ReadAsync,
        18 => CleanAsync,
        _ => ListEntitiesAsync,
    };

    private async Task SignalManyAsync(DurableClient client) =>
        await Task.WhenAll(Enumerable.Range(0, dice.Between(2, 8)).Select(_ => SignalAsync(client)).ToArray());

    /// <summary>What was acknowledged must be in the store at this moment, as a row or as what it did.</summary>
    private async Task SignalAsync(DurableClient client)
    {
        EntityId entity = Chores.Entity(dice);
        string id = entity.ToString();
        Chore chore = Chores.Draw(dice, NewToken("s"), 2);
        string operation = Chores.Operation(dice);
        DateTimeOffset? due = dice.Chance(0.25)
            ? DateTimeOffset.FromUnixTimeMilliseconds(
                Time.GetUtcNow().ToUnixTimeMilliseconds() + dice.Below(dice.Pick(5, 3_000, 20_000)))
            : null;
        Deed deed = simulation.Ledger.Asked(chore.Token, id, due?.ToUnixTimeMilliseconds());
        try
        {
            await Answered(
                chore.Token,
                due is { } at
                    ? client.SignalEntityAsync(entity, at.UtcDateTime, operation, chore)
                    : client.SignalEntityAsync(entity, operation, chore));
            if (deed.Place == DeedPlace.Nowhere && deed.LastRun is not { IsTraceless: true })
                simulation.Violate($"{chore.Token} for '{id}' was acknowledged before it was committed.");
            simulation.Ledger.Acknowledge(deed);
        }
        catch (Exception e) when (IsClear(e))
        {
            deed.WasRefused = true;
            Failed(deed.Place is DeedPlace.Nowhere or DeedPlace.Failed, chore.Token);
        }
    }

    private async Task ReadAsync(DurableClient client)
    {
        EntityId entity = Chores.Entity(dice);
        long sent = simulation.Ledger.Now;
        try
        {
            EntityStateResponse<Doings> response =
                await Answered(NewToken("read"), client.ReadEntityStateAsync<Doings>(entity));
            IReadOnlyList<string>? log = response.EntityExists ? response.EntityState!.Log : null;
            if (!simulation.Ledger.EntityOf(entity.ToString()).WasSince(sent, log))
                simulation.Violate($"'{entity}' was read as {Ledger.Show(log)}, which it was not.");
        }
        catch (Exception e) when (IsClear(e))
        {
        }
    }

    private async Task ListEntitiesAsync(DurableClient client)
    {
        long sent = simulation.Ledger.Now;
        EntityQuery query = new() { PageSize = dice.Between(1, 3), FetchState = true };
        try
        {
            do
            {
                EntityQueryResult page = await Answered(NewToken("entities"), client.ListEntitiesAsync(query));
                foreach (DurableEntityStatus status in page.Entities)
                {
                    if (!simulation.Ledger.EntityOf(status.EntityId.ToString()).ExistedSince(sent))
                        simulation.Violate($"'{status.EntityId}' was listed and did not exist.");
                }
                query.ContinuationToken = page.ContinuationToken;
            }
            while (query.ContinuationToken is not null);
        }
        catch (Exception e) when (IsClear(e))
        {
        }
    }

    /// <summary>There is nothing to clean up but what would be released in a moment anyhow.</summary>
    private async Task CleanAsync(DurableClient client)
    {
        try
        {
            await Answered(
                NewToken("clean"),
                client.CleanEntityStorageAsync(removeEmptyEntities: true, releaseOrphanedLocks: true));
        }
        catch (Exception e) when (IsClear(e))
        {
        }
    }

    private TimeProvider Time => simulation.World.Current!.Time;
}
