using Npgsql;

namespace Perdure.PostgreSql;

/// <summary>
/// The connections of a node: commits have their own, so that no number of readers keeps one waiting.
/// </summary>
internal sealed class Connections : IAsyncDisposable
{
    private const int ReadersMax = 16;
    private const int LeasesMax = 4;
    private const int PreparedMax = 128;

    public Connections(string connectionString, int lanes)
    {
        Commits = Create(connectionString, Session, lanes + 1);
        Leases = Create(connectionString, "perdure leases", LeasesMax);
        Reads = Create(connectionString, "perdure reads", ReadersMax);
        OfListener = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "perdure listener",
            Pooling = false,
            // A connection that is only listened to would not notice that its other end is gone.
            KeepAlive = 10,
        }.ConnectionString;
    }

    /// <summary>
    /// The name of the sessions that commit, unlike that of any other node: others must be able to end them.
    /// </summary>
    public string Session { get; } = $"perdure {Guid.NewGuid():N}";

    /// <summary>One for each lane, and one more to make certain what became of a commit.</summary>
    public NpgsqlDataSource Commits { get; }

    /// <summary>For the one connection that waits to be told something.</summary>
    public string OfListener { get; }

    /// <summary>A lease must not wait for work.</summary>
    public NpgsqlDataSource Leases { get; }

    public NpgsqlDataSource Reads { get; }

    public async ValueTask DisposeAsync()
    {
        await Commits.DisposeAsync();
        await Leases.DisposeAsync();
        await Reads.DisposeAsync();
    }

    /// <summary>What the text says itself counts.</summary>
    private static NpgsqlDataSource Create(string connectionString, string name, int max)
    {
        NpgsqlConnectionStringBuilder text = new(connectionString);
        // Not ContainsKey, which knows every key that there is.
        HashSet<string> said = [.. text.Keys];
        bool Says(string key) => said.Contains(key);
        if (!Says("Maximum Pool Size"))
            text.MaxPoolSize = max;
        if (!Says("Max Auto Prepare"))
            (text.MaxAutoPrepare, text.AutoPrepareMinUsages) = (PreparedMax, 2);
        text.ApplicationName = name;
        // Nothing is left in a session that the next user of it would have to be protected from.
        if (!Says("No Reset On Close"))
            text.NoResetOnClose = true;
        return new NpgsqlDataSourceBuilder(text.ConnectionString).Build();
    }
}
