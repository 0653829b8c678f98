/// <summary>
/// What is to happen. It is the input of the first orchestration, so a run that goes on after a crash reads it from the
/// hub.
/// </summary>
public sealed record Plan(int Seed, int AccountCount, int TransferCount, long FirstEuros)
{
    public const string OpeningId = "opening";

    public long Total => AccountCount * FirstEuros;

    public IEnumerable<string> Accounts => Enumerable.Range(1, AccountCount).Select(i => $"{i:00}");

    /// <summary>The same for the same seed. Some want more than their account is likely to hold.</summary>
    public IReadOnlyList<Transfer> Transfers()
    {
        string[] accounts = [.. Accounts];
        Random random = new(Seed);
        return [.. Enumerable.Range(1, TransferCount).Select(i =>
        {
            random.Shuffle(accounts);
            return new Transfer($"transfer-{i:0000}", accounts[0], accounts[1], 1 + random.Next((int)FirstEuros));
        })];
    }
}

public sealed record Transfer(string Id, string From, string To, long Euros);
