namespace Perdure;

/// <summary>What can be chosen for a hub on PostgreSQL, beside its connection string.</summary>
public sealed class PostgreSqlOptions
{
    /// <summary>
    /// Whether a host that starts creates the tables of its hub and upgrades them. Default true. With false the host
    /// needs no right to do so; when tables are missing or older it does not start, and says what to run.
    /// </summary>
    public bool Migrate { get; set; } = true;
}
