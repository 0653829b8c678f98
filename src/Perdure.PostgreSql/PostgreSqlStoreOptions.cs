using Perdure.Core.Stores;

namespace Perdure.PostgreSql;

/// <summary>Where a hub stands.</summary>
internal sealed class PostgreSqlStoreOptions
{
    /// <summary>As Npgsql takes it.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The schema of the hub; it is created if it is missing and the role may do so.</summary>
    public string Schema { get; init; } = "perdure";

    /// <summary>How many partitions a new hub gets. It is fixed when the hub is created.</summary>
    public int Partitions { get; init; } = 32;

    /// <summary>For tests: called in the middle of a commit, where what it throws happens to the commit.</summary>
    public Action<CommitPoint>? Fault { get; init; }
}
