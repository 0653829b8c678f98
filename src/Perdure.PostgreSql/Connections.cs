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
    private const int HostRecheckSeconds = 2;

    /// <summary>A batch of a busy node in one go; the driver's own 8 KiB would make it five.</summary>
    private const int CommitBufferBytes = 64 * 1024;

    private readonly Func<CancellationToken, ValueTask<string>>? _password;

    public Connections(PostgreSqlStoreOptions options, int lanes)
    {
        _password = options.Password;
        Commits = Create(options.ConnectionString, Session, lanes + 1, CommitBufferBytes);
        Leases = Create(options.ConnectionString, "perdure leases", LeasesMax);
        Reads = Create(options.ConnectionString, "perdure reads", ReadersMax);
        string listens = options.ListenConnectionString ?? options.ConnectionString;
        if (listens.Length > 0)
        {
            // A connection that is only listened to would not notice that its other end is gone.
            Listens = Create($"{listens};Keepalive=10;Maximum Pool Size=1", "perdure listener", 1);
        }
    }

    /// <summary>
    /// The name of the sessions that commit, unlike that of any other node: others must be able to end them.
    /// </summary>
    public string Session { get; } = $"perdure {Guid.NewGuid():N}";

    /// <summary>One for each lane, and one more to make certain what became of a commit.</summary>
    public NpgsqlDataSource Commits { get; }

    /// <summary>For the one connection that waits to be told something; null when there is none.</summary>
    public NpgsqlDataSource? Listens { get; }

    /// <summary>A lease must not wait for work.</summary>
    public NpgsqlDataSource Leases { get; }

    public NpgsqlDataSource Reads { get; }

    public async ValueTask DisposeAsync()
    {
        await Commits.DisposeAsync();
        await Leases.DisposeAsync();
        await Reads.DisposeAsync();
        if (Listens is { } listens)
            await listens.DisposeAsync();
    }

    /// <summary>What the text says itself counts.</summary>
    private NpgsqlDataSource Create(string connectionString, string name, int max, int? writeBytes = null)
    {
        NpgsqlConnectionStringBuilder text = new(connectionString);
        // Not ContainsKey, which knows every key that there is.
        HashSet<string> said = [.. text.Keys];
        bool Says(string key) => said.Contains(key);
        if (!Says("Maximum Pool Size"))
            text.MaxPoolSize = max;
        if (writeBytes is { } bytes && !Says("Write Buffer Size"))
            text.WriteBufferSize = bytes;
        if (!Says("Max Auto Prepare"))
            (text.MaxAutoPrepare, text.AutoPrepareMinUsages) = (PreparedMax, 2);
        text.ApplicationName = name;
        // Nothing is left in a session that the next user of it would have to be protected from.
        if (!Says("No Reset On Close"))
            text.NoResetOnClose = true;
        if (text.Host is { } hosts && hosts.Contains(',', StringComparison.Ordinal))
        {
            // A standby answers too, and takes nothing.
            if (!Says("Target Session Attributes"))
                text.TargetSessionAttributes = "primary";
            // A standby that was promoted must be found before the leases run out.
            if (!Says("Host Recheck Seconds"))
                text.HostRecheckSeconds = HostRecheckSeconds;
        }
        NpgsqlDataSourceBuilder source = new(text.ConnectionString);
        if (_password is { } password)
        {
            source.UsePasswordProvider(
                _ => throw new NotSupportedException("Connections are opened asynchronously only."),
                (_, cancellationToken) => password(cancellationToken));
        }
        return source.Build();
    }
}
