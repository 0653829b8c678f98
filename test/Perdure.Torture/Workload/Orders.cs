namespace Perdure.Torture.Workload;

/// <summary>What one activity is told to do.</summary>
/// <param name="Milliseconds">How long it takes.</param>
/// <param name="Failures">How many attempts fail before one succeeds.</param>
internal sealed record EffectOrder(int Milliseconds, int Failures = 0);

/// <summary>What a ledger carries from one generation to the next: every event that it has taken.</summary>
internal sealed record LedgerPage(List<string> Seen, int Rounds);
