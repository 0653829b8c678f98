/// <summary>
/// Three witnesses must agree: the balances that the client read, the outcomes of the transfers, and the file, which is
/// read with SQL.
/// </summary>
public sealed class Proof(Plan plan)
{
    private readonly List<string> _problems = [];

    /// <summary>None, or the proof has failed.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The hub as a crash has left it: what is not in the accounts is on its way.</summary>
    public void JudgeCrash(HubRecord file) =>
        Demand(
            file.Sum == plan.Total,
            $"A crash has left {file.Held} EUR in the accounts, {file.Deposits} on their way there and "
            + $"{file.Withdrawals} on their way out: that is not {plan.Total}.");

    public void JudgeBalances(IReadOnlyDictionary<string, long> balances, IReadOnlyList<Transfer> done)
    {
        long sum = balances.Values.Sum();
        Demand(sum == plan.Total, $"The sum of all balances is {sum} EUR, not {plan.Total}.");
        foreach ((string account, long balance) in balances)
        {
            long due = plan.FirstEuros + done.Where(t => t.To == account).Sum(t => t.Euros)
                - done.Where(t => t.From == account).Sum(t => t.Euros);
            Demand(balance == due, $"Account {account} holds {balance} EUR; by the transfers it is {due}.");
        }
    }

    /// <summary>What accounts answered to somebody who wanted more than there is.</summary>
    public void JudgeRefusals(IReadOnlyList<string> answers) =>
        Demand(
            answers.All(a => a.StartsWith("There are ", StringComparison.Ordinal)),
            $"An account gave more than it had: {string.Join(" ", answers)}");

    /// <summary>The file at the end, when nothing is under way.</summary>
    public void JudgeEnd(HubRecord file)
    {
        Demand(
            file.Held == plan.Total,
            $"By the file the accounts hold {file.Held} EUR, not {plan.Total}.");
        Demand(file.Overdrawn == 0, $"{file.Overdrawn} accounts hold less than nothing.");
        Demand(file.Locked == 0, $"{file.Locked} accounts are still locked.");
        Demand(file.Messages == 0, $"{file.Messages} messages still wait.");
        Demand(file.Ended == plan.TransferCount, $"{file.Ended} of {plan.TransferCount} transfers have ended.");
    }

    private void Demand(bool holds, string problem)
    {
        if (!holds)
            _problems.Add(problem);
    }
}
