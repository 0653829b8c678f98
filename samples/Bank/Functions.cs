using Perdure;

/// <summary>The orchestrations: the bank opens, money moves, and somebody wants more than there is.</summary>
public static class Functions
{
    /// <summary>The first deposits. All are asked for in one turn, so a crash leaves all of them or none.</summary>
    [FunctionName(nameof(Open))]
    public static Task Open([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        Plan plan = context.GetInput<Plan>();
        return Task.WhenAll(plan.Accounts.Select(a => context.CreateEntityProxy<IAccount>(a).Deposit(plan.FirstEuros)));
    }

    /// <summary>
    /// Moves money from one account to another, or refuses. Both accounts are locked: what was read stays true until it
    /// is used.
    /// </summary>
    [FunctionName(nameof(Move))]
    public static async Task<bool> Move([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        Transfer transfer = context.GetInput<Transfer>();
        EntityId from = new(nameof(Account), transfer.From);
        EntityId to = new(nameof(Account), transfer.To);
        IAccount source = context.CreateEntityProxy<IAccount>(from);
        IAccount target = context.CreateEntityProxy<IAccount>(to);
        using (await context.LockAsync(from, to))
        {
            if (await source.Balance() < transfer.Euros)
                return false;
            // One turn asks for both, and they are durable together: not even somebody who terminates this
            // orchestration can come between them.
            await Task.WhenAll(source.Withdraw(transfer.Euros), target.Deposit(transfer.Euros));
            return true;
        }
    }

    /// <summary>Tries to withdraw one euro more than there is, and says what the account answers.</summary>
    [FunctionName(nameof(Overdraw))]
    public static async Task<string> Overdraw([OrchestrationTrigger] IDurableOrchestrationContext context)
    {
        EntityId id = new(nameof(Account), context.GetInput<string>());
        IAccount account = context.CreateEntityProxy<IAccount>(id);
        using (await context.LockAsync(id))
        {
            long before = await account.Balance();
            string answer = "Taken";
            try
            {
                await account.Withdraw(before + 1);
            }
            catch (FunctionFailedException e)
            {
                answer = e.Failure.ErrorMessage;
            }
            long after = await account.Balance();
            return after == before ? answer : throw new InvalidOperationException($"{before} EUR became {after}.");
        }
    }
}
