namespace Perdure.Core.Partitions;

/// <summary>
/// What one node tells all others, so that they need not ask the store all the time. It may be lost; whoever needs it
/// asks now and then.
/// </summary>
internal sealed record Announcement
{
    /// <summary>Partitions that have got message rows from a node that does not own them.</summary>
    public IReadOnlyCollection<int> Messages { get; init; } = [];

    /// <summary>Nodes that have asked for something that has been answered.</summary>
    public IReadOnlyCollection<long> Answered { get; init; } = [];

    /// <summary>Partitions with dead letters that are to run again.</summary>
    public IReadOnlyCollection<int> Replays { get; init; } = [];

    /// <summary>There is work to claim.</summary>
    public bool Offers { get; init; }

    /// <summary>A node has come, or partitions were released: somebody should own something else now.</summary>
    public bool Shares { get; init; }

    /// <summary>A circuit lets something else run than before.</summary>
    public bool Circuits { get; init; }
}
