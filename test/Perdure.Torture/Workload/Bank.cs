namespace Perdure.Torture.Workload;

/// <summary>
/// Orchestrations that move money between accounts, one for each way in which a critical section can be left. Whoever
/// is in a section says so when somebody else was in it as well.
/// </summary>
public static class Bank
{
    public const int Accounts = 32;
    public const long FirstCents = 1_000;
    public const long Total = Accounts * FirstCents;

    /// <summary>The first deposits, all asked for in one turn: all are there or none.</summary>
    [FunctionName(Kinds.Opening)]
    public static Task Opening([OrchestrationTrigger] IDurableOrchestrationContext context) =>
        Task.WhenAll(All.Select(a => Proxy(context, a).Deposit(FirstCents)));

    [FunctionName(Kinds.Transfer)]
    public static async Task<bool> Transfer([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        TransferOrder order = context.GetInput<TransferOrder>();
        using (await context.LockAsync(order.Source, order.Target))
            return await MoveAsync(context, order);
    }

    /// <summary>Moves money to and fro; continuing as new is what leaves the section.</summary>
    [FunctionName(Kinds.Standing)]
    public static async Task<bool> Standing([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        TransferOrder order = context.GetInput<TransferOrder>();
        await context.LockAsync(order.Source, order.Target);
        bool moved = await MoveAsync(context, order);
        if (order.Rounds > 0)
            context.ContinueAsNew(order with { From = order.To, To = order.From, Rounds = order.Rounds - 1 });
        return moved;
    }

    /// <summary>Moves money and then wants too much: it fails, and its failure leaves the section.</summary>
    [FunctionName(Kinds.Careless)]
    public static async Task Careless([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        TransferOrder order = context.GetInput<TransferOrder>();
        await context.LockAsync(order.Source, order.Target);
        await MoveAsync(context, order);
        await Proxy(context, order.Source).Overdraw(order.Cents);
    }

    /// <summary>Locks two accounts and keeps them until somebody terminates it.</summary>
    [FunctionName(Kinds.Hoarder)]
    public static async Task Hoarder([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        TransferOrder order = context.GetInput<TransferOrder>();
        using (await context.LockAsync(order.Source, order.Target))
            await context.CreateTimer(context.CurrentUtcDateTime.AddHours(1));
    }

    /// <summary>Locks everything and counts.</summary>
    [FunctionName(Kinds.Audit)]
    public static async Task<long> Audit([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        using (await context.LockAsync([.. All]))
            return (await Task.WhenAll(All.Select(a => Proxy(context, a).Balance()))).Sum();
    }

    public static EntityId IdOf(int account) => new(nameof(Account), $"{account:00}");

    private static IEnumerable<EntityId> All => Enumerable.Range(0, Accounts).Select(IdOf);

    private static IAccount Proxy(IDurableOrchestrationContext context, EntityId account) =>
        context.CreateEntityProxy<IAccount>(account);

    /// <summary>Within a section over both accounts; false when there is too little.</summary>
    private static async Task<bool> MoveAsync(IDurableOrchestrationContext context, TransferOrder order)
    {
        IAccount source = Proxy(context, order.Source);
        long before = await source.Balance();
        if (before < order.Cents)
            return false;
        if (order.Milliseconds > 0)
            await context.CallActivityAsync<string>("Effect", Build.Order(context, order.Milliseconds));
        // One turn asks for both, so no end of this orchestration can come between them: in every commit the balances
        // and what waits in messages have the same sum.
        await Task.WhenAll(source.Withdraw(order.Cents), Proxy(context, order.Target).Deposit(order.Cents));
        long after = await source.Balance();
        return after == before - order.Cents
            ? true
            : throw new InvalidOperationException($"Not alone in the section: {before} - {order.Cents} is {after}.");
    }
}
