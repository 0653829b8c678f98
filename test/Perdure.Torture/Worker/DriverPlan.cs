namespace Perdure.Torture.Worker;

/// <summary>How hard a driver drives.</summary>
internal sealed record DriverPlan
{
    public Share Share { get; init; } = Share.All;

    /// <summary>Clients that start instances, each with at most one request under way.</summary>
    public int Starters { get; init; } = 8;

    /// <summary>The longest pause of a starter between two starts.</summary>
    public int StartPauseMaxMilliseconds { get; init; } = 60;

    /// <summary>Instances that wait for events and stay open, so that there is always something to lose.</summary>
    public int WaitingTarget { get; init; } = 120;

    public int DoomedTarget { get; init; } = 30;

    public int FeedPauseMilliseconds { get; init; } = 5;

    /// <summary>A client that hears nothing for so long reports it.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(30);
}
