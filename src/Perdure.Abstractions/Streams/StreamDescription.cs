namespace Perdure;

/// <summary>A stream of the task hub.</summary>
/// <param name="Name">Its name, in lower case.</param>
/// <param name="Partitions">How many partitions it has, for good.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record StreamSummary(string Name, int Partitions, DateTimeOffset CreatedAt);

/// <summary>A stream with its partitions.</summary>
/// <param name="Name">Its name, in lower case.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Partitions">By number.</param>
public sealed record StreamDescription(
    string Name, DateTimeOffset CreatedAt, IReadOnlyList<StreamPartition> Partitions);

/// <summary>A partition of a stream.</summary>
/// <param name="PartitionId">Its number, from 0.</param>
/// <param name="BeginningSequenceNumber">Of the first event that is kept.</param>
/// <param name="NextSequenceNumber">Of the event that comes next.</param>
public sealed record StreamPartition(int PartitionId, long BeginningSequenceNumber, long NextSequenceNumber);
