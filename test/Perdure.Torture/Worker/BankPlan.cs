namespace Perdure.Torture.Worker;

/// <summary>How hard the clients of the bank drive.</summary>
internal sealed record BankPlan
{
    public Share Share { get; init; } = Share.All;

    public int Starters { get; init; } = 6;

    /// <summary>Transfers under way, so that there is always something to lose.</summary>
    public int OpenTarget { get; init; } = 60;

    /// <summary>
    /// Transfers that must have ended in this process before it counts as loaded: after a crash the engine is careful
    /// and slow, and a kill that comes before anything has moved shows little.
    /// </summary>
    public int EndedBeforeLoaded { get; init; } = 30;

    /// <summary>How many hoarders live before some are terminated; each keeps two accounts for itself.</summary>
    public int HoarderTarget { get; init; } = 2;

    /// <summary>Ended transfers that are kept; older ones are purged.</summary>
    public int EndedTarget { get; init; } = 200;

    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(30);
}
