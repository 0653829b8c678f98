namespace Perdure.Torture.Workload;

/// <summary>The operations of an account.</summary>
public interface IAccount
{
    Task Deposit(long cents);

    Task Withdraw(long cents);

    /// <summary>Wants more than there is, by so much: it always throws.</summary>
    Task Overdraw(long beyond);

    Task<long> Balance();

    /// <summary>What clients signal, whether or not the account is locked; it moves no money.</summary>
    void Tip();
}

/// <summary>An account is an entity.</summary>
public sealed class Account : IAccount
{
    public long Cents { get; set; }

    /// <summary>How many signals of clients it has taken.</summary>
    public int Tips { get; set; }

    [FunctionName(nameof(Account))]
    public static Task Run([EntityTrigger] IDurableEntityContext context) => context.DispatchAsync<Account>();

    public Task Deposit(long cents)
    {
        Cents += cents;
        return Task.CompletedTask;
    }

    public Task Withdraw(long cents)
    {
        // Taken first, so that the sum is wrong for ever if an operation that throws leaves something behind.
        Cents -= cents;
        return Cents < 0 ? throw new OverdraftException($"{cents} of {Cents + cents}") : Task.CompletedTask;
    }

    public Task Overdraw(long beyond) => Withdraw(Cents + beyond);

    public Task<long> Balance() => Task.FromResult(Cents);

    public void Tip() => Tips++;
}

/// <summary>An account has refused to give what it does not have.</summary>
public sealed class OverdraftException(string message) : Exception(message);
