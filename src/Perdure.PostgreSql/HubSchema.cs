using Npgsql;
using Perdure.Core.Stores;
using Perdure.PostgreSql.Moves;

namespace Perdure.PostgreSql;

/// <summary>The schema of a hub, for an administrator: look at it, read what would change, change it.</summary>
internal sealed class HubSchema
{
    private readonly PostgreSqlStoreOptions _options;
    private readonly Sql _sql;

    public HubSchema(string connectionString, string schema, int? partitions = null)
    {
        _options = new() { ConnectionString = connectionString, Schema = schema, Partitions = partitions };
        _sql = new Sql(schema);
        Place = PostgreSql.Place.InSentence(connectionString, _sql);
    }

    public string Place { get; }

    /// <summary>The version that this build needs.</summary>
    public static int Newest => Schema.Newest;

    /// <summary>The version that is there; 0 when there is no hub.</summary>
    /// <exception cref="StoreException">It is newer than this build, or cannot be read.</exception>
    public Task<int> VersionAsync(CancellationToken cancellationToken) => AskAsync(
        async connection => (await Schema.ReadAsync(connection, _sql, _options, cancellationToken)).Version,
        cancellationToken);

    /// <summary>What <see cref="MigrateAsync"/> would run, as one text for <c>psql</c>; empty when nothing.</summary>
    public async Task<string> ScriptAsync(string? grantee, CancellationToken cancellationToken)
    {
        int version = await VersionAsync(cancellationToken);
        string grants = grantee is null ? "" : Schema.Grants(_sql, grantee);
        return version == Newest ? grants : Schema.WholeScript(_sql, _options, version) + grants;
    }

    /// <summary>Creates or upgrades the tables, one at a time of all who try; returns the version before.</summary>
    public Task<int> MigrateAsync(string? grantee, CancellationToken cancellationToken) => AskAsync(
        async connection =>
        {
            HubRow before = await Schema.ReadAsync(connection, _sql, _options, cancellationToken);
            await Schema.PrepareAsync(connection, _sql, _options, cancellationToken);
            if (grantee is not null)
                await MoveSession.RunAsync(connection, Schema.Grants(_sql, grantee), cancellationToken);
            return before.Version;
        },
        cancellationToken);

    private Task<T> AskAsync<T>(Func<NpgsqlConnection, Task<T>> ask, CancellationToken cancellationToken) =>
        MoveSession.AskAsync(Place, async () =>
        {
            await using NpgsqlConnection connection =
                await MoveSession.OpenAsync(_options.ConnectionString, cancellationToken);
            return await ask(connection);
        });
}
