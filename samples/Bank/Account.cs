using Perdure;

/// <summary>The operations of an account, as orchestrations call them.</summary>
public interface IAccount
{
    Task Deposit(long euros);

    /// <exception cref="OverdraftException">There is less in the account; nothing changes.</exception>
    Task Withdraw(long euros);

    Task<long> Balance();
}

/// <summary>An account is an entity: this object is its state, and these methods run one at a time.</summary>
public sealed class Account : IAccount
{
    public long Euros { get; set; }

    public Task Deposit(long euros)
    {
        Euros += euros;
        return Task.CompletedTask;
    }

    public Task Withdraw(long euros)
    {
        // An operation that throws has changed nothing, so the order of these two lines does not matter.
        Euros -= euros;
        return Euros < 0 ? throw new OverdraftException(Euros + euros, euros) : Task.CompletedTask;
    }

    public Task<long> Balance() => Task.FromResult(Euros);
}

public sealed class OverdraftException(long balance, long wanted)
    : Exception($"There are {balance} EUR in the account, which is less than {wanted}.");

/// <summary>The function behind the entities of the name Account.</summary>
public sealed class AccountFunction(Fuse fuse)
{
    [FunctionName(nameof(Account))]
    public async Task RunAsync([EntityTrigger] IDurableEntityContext context)
    {
        await context.DispatchAsync<Account>();
        fuse.Burn(context.OperationName);
    }
}
