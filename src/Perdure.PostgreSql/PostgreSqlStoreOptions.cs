using Perdure.Core.Stores;

namespace Perdure.PostgreSql;

/// <summary>Where a hub stands.</summary>
internal sealed class PostgreSqlStoreOptions
{
    /// <summary>As Npgsql takes it.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The schema of the hub; it is created if it is missing and the role may do so.</summary>
    public string Schema { get; init; } = "perdure";

    /// <summary>How many partitions a new hub gets when nobody says how many.</summary>
    public const int UsualPartitions = 32;

    /// <summary>
    /// How many partitions a new hub gets. It is fixed when the hub is created, so an existing hub of another count is
    /// refused. Null, the default, takes an existing hub as it is: one that was moved here may have another count.
    /// </summary>
    public int? Partitions { get; init; }

    /// <summary>Whether opening creates and upgrades the tables; without, what is missing is an error.</summary>
    public bool Migrate { get; init; } = true;

    /// <summary>Asked for each new connection; null when the text or the surroundings say it.</summary>
    public Func<CancellationToken, ValueTask<string>>? Password { get; init; }

    /// <summary>Where to listen; null is the same place, empty is nowhere.</summary>
    public string? ListenConnectionString { get; init; }

    /// <summary>For tests: called in the middle of a commit, where what it throws happens to the commit.</summary>
    public Action<CommitPoint>? Fault { get; init; }
}
