using System.Diagnostics;
using Perdure;

/// <summary>
/// The client: asks for what the plan says and a run before this one has not asked for, and waits for it.
/// </summary>
public sealed class Teller(IDurableClient client, Plan plan)
{
    private const int AtOnce = 24;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(50);

    public Task OpenAsync() => RunAsync(nameof(Functions.Open), Plan.OpeningId, plan);

    /// <summary>Makes all transfers, many at once; returns those that were done.</summary>
    public async Task<IReadOnlyList<Transfer>> TransferAsync()
    {
        IReadOnlyList<Transfer> transfers = plan.Transfers();
        bool[] done = new bool[transfers.Count];
        ParallelOptions options = new() { MaxDegreeOfParallelism = AtOnce };
        await Parallel.ForAsync(0, transfers.Count, options, async (i, _) =>
        {
            var end = await RunAsync(nameof(Functions.Move), transfers[i].Id, transfers[i]);
            done[i] = end.Output.GetBoolean();
        });
        return [.. transfers.Where((_, i) => done[i])];
    }

    /// <summary>Every account is asked for too much; returns what they answered.</summary>
    public async Task<IReadOnlyList<string>> OverdrawAsync()
    {
        var ends = await Task.WhenAll(
            plan.Accounts.Select(a => RunAsync(nameof(Functions.Overdraw), $"overdraw-{a}", a)));
        return [.. ends.Select(e => e.Output.GetString()!)];
    }

    /// <summary>The balances, read as any client reads entities.</summary>
    public async Task<IReadOnlyDictionary<string, long>> BalancesAsync()
    {
        Dictionary<string, long> balances = [];
        foreach (string account in plan.Accounts)
        {
            var read = await client.ReadEntityStateAsync<Account>(new EntityId(nameof(Account), account));
            balances.Add(account, read.EntityState?.Euros ?? 0);
        }
        return balances;
    }

    /// <summary>
    /// The last orchestrations have ended; the messages by which they let go of their locks may still be on the way.
    /// </summary>
    public static async Task UntilQuietAsync(string hub)
    {
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < s_patience; await Task.Delay(20))
        {
            if (HubFile.Read(hub) is { Locked: 0, Messages: 0 })
                return;
        }
    }

    private async Task<DurableOrchestrationStatus> RunAsync(string function, string id, object input)
    {
        if (await client.GetStatusAsync(id) is null)
            await client.StartNewAsync(function, id, input);
        DurableOrchestrationStatus end = await client.WaitForCompletionAsync(id, s_patience);
        return end.RuntimeStatus == OrchestrationRuntimeStatus.Completed
            ? end
            : throw new InvalidOperationException($"'{id}' is {end.RuntimeStatus}: {end.Output}");
    }
}
