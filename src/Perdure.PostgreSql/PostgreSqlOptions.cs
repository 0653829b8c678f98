namespace Perdure;

/// <summary>What can be chosen for a hub on PostgreSQL, beside its connection string.</summary>
public sealed class PostgreSqlOptions
{
    /// <summary>
    /// Whether a host that starts creates the tables of its hub and upgrades them. Default true. With false the host
    /// needs no right to do so; when tables are missing or older it does not start, and says what to run.
    /// </summary>
    public bool Migrate { get; set; } = true;

    /// <summary>
    /// Says the password, for each connection that is opened: one that changes needs no restart. Default null: it is in
    /// the connection string, in <c>PGPASSWORD</c>, or in a passfile, which is read for each connection too.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? Password { get; set; }

    /// <summary>
    /// Where the host listens to other hosts (<c>LISTEN</c>), which needs a session of its own: behind a pooler in
    /// transaction mode, a string that leads to the database itself. Default null: the connection string of the hub.
    /// Empty: it does not listen, and finds what others have done by asking, three times in <c>Lease</c>.
    /// </summary>
    public string? ListenConnectionString { get; set; }
}
