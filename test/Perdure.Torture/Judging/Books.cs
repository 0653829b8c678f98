using System.Text.Json;
using Perdure.Torture.Journals;
using Perdure.Torture.Workload;

namespace Perdure.Torture.Judging;

/// <summary>
/// The books of the bank at one moment. A transfer asks for withdrawal and deposit in one turn, so in every commit the
/// balances and what waits in messages have one and the same sum.
/// </summary>
internal sealed class Books(Tables tables, ClientRecord client, Findings findings)
{
    public void Check(bool atRest)
    {
        EntityLine[] accounts = [.. tables.Entities.Where(e => e.Name == "account")];
        foreach (EntityLine overdrawn in accounts.Where(a => Number(a, nameof(Account.Cents)) < 0))
            findings.Add("overdrawn", $"{overdrawn}");
        // Nothing before the first turn of the opening is durable, and everything with it.
        bool isOpen = tables.Instances.Any(i => i is { Name: Kinds.Opening, Status: not InstanceLine.Pending });
        long held = accounts.Sum(a => Number(a, nameof(Account.Cents)));
        long onTheWay = Waiting(nameof(IAccount.Deposit)).Sum(Input) - Waiting(nameof(IAccount.Withdraw)).Sum(Input);
        if (held + onTheWay != (isOpen ? Bank.Total : 0))
            findings.Add("wrong sum", $"{held} in the accounts and {onTheWay} on the way, of {Bank.Total}");
        if (!atRest)
            return;
        if (onTheWay != 0)
            findings.Add("money on the way at rest", $"{onTheWay}");
        foreach (EntityLine locked in tables.Entities.Where(e => e.Holder is not null))
            findings.Add("lock left", $"{locked.Id} of {locked.Holder}, {locked.Request}");
    }

    /// <summary>Signals of clients: each that was acknowledged is there once, and none that nobody sent.</summary>
    public void CheckSignals()
    {
        foreach ((string id, (int asked, int acknowledged)) in client.Signals)
        {
            EntityLine? account = tables.Entities.FirstOrDefault(e => e.Id == id);
            long taken = account is null ? 0 : Number(account, nameof(Account.Tips));
            long there = taken + Waiting(nameof(IAccount.Tip)).Count(m => m.Target == id);
            if (there < acknowledged)
                findings.Add("acknowledged and lost", $"{acknowledged - there} signals to {id}");
            if (there > asked)
                findings.Add("signal taken twice", $"{there - asked} more than were sent to {id}");
        }
    }

    private IEnumerable<MessageLine> Waiting(string operation) => tables.Messages
        .Where(m => m.Kind == MessageLine.Operation && Fold.Text(m.Body[0], "operation") == operation);

    private static long Input(MessageLine message) => message.Body[0].GetProperty("input").GetInt64();

    private static long Number(EntityLine account, string property) =>
        account.State is { } state && state.TryGetProperty(property, out JsonElement value) ? value.GetInt64() : 0;
}
