using Perdure.Core.Stores;

namespace Perdure.Sqlite;

/// <summary>Where a hub lies and how it is made.</summary>
internal sealed class SqliteStoreOptions
{
    /// <summary>The file of the hub; it and its directory are created when they are missing.</summary>
    public required string Path { get; init; }

    /// <summary>How many partitions a new hub gets when nobody says how many.</summary>
    public const int UsualPartitions = 4;

    /// <summary>
    /// How many partitions a new hub gets; at least 1. It is fixed for ever, so an existing hub of another count is
    /// refused. Null, the default, takes an existing hub as it is: one that was moved here may have more.
    /// </summary>
    public int? Partitions { get; init; }

    /// <summary>
    /// For the proof that losses would be seen: commits are not on the disk when they return.
    /// </summary>
    internal bool Forgetful { get; init; }

    /// <summary>For tests: called in the middle of a commit, where what it throws happens to the commit.</summary>
    internal Action<CommitPoint>? Fault { get; init; }
}
