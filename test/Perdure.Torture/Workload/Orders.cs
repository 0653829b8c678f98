namespace Perdure.Torture.Workload;

/// <summary>What one activity is told to do.</summary>
/// <param name="Milliseconds">How long it takes.</param>
/// <param name="Failures">How many attempts fail before one succeeds.</param>
/// <param name="Version">Of the instance that gives it.</param>
internal sealed record EffectOrder(int Milliseconds, int Failures = 0, string? Version = null);

/// <summary>What a wide fan-out is told to do.</summary>
/// <param name="Count">How many activities it waits for.</param>
/// <param name="MillisecondsMax">The longest that one of them takes.</param>
internal sealed record WideOrder(int Count, int MillisecondsMax);

/// <summary>What a transfer is told to do.</summary>
/// <param name="From">The number of an account.</param>
/// <param name="To">The number of another one.</param>
/// <param name="Cents">How much.</param>
/// <param name="Milliseconds">How long it thinks, within the section.</param>
/// <param name="Rounds">How often it continues as new, with the accounts exchanged.</param>
internal sealed record TransferOrder(int From, int To, long Cents, int Milliseconds, int Rounds)
{
    internal EntityId Source => Bank.IdOf(From);
    internal EntityId Target => Bank.IdOf(To);
}

/// <summary>What a ledger carries from one generation to the next: every event that it has taken.</summary>
internal sealed record LedgerPage(List<string> Seen, int Rounds);
