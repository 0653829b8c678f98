using Npgsql;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Histories;
using Perdure.PostgreSql;
using Perdure.PostgreSql.Histories;

namespace Perdure;

/// <summary>Puts a task hub on PostgreSQL.</summary>
public static class PostgreSqlOptionsExtensions
{
    /// <summary>
    /// Stores the hub in a schema of a PostgreSQL database, which any number of processes may share: each takes its
    /// part of the work, and what one leaves behind another goes on with. The schema has the name of the task hub; it
    /// is created and upgraded when the host starts, if the role may do so, unless
    /// <see cref="PostgreSqlOptions.Migrate"/> is false.
    /// </summary>
    /// <param name="options">The options of the host.</param>
    /// <param name="connectionString">
    /// As Npgsql takes it. What it says about pools, prepared statements and time-outs counts; behind a pooler that
    /// hands out connections by transaction, say <c>Max Auto Prepare=0</c>.
    /// </param>
    /// <param name="configure">Changes what else can be chosen; nothing has to be.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="ArgumentException">It is empty, or no connection string.</exception>
    public static PerdureOptions UsePostgreSql(
        this PerdureOptions options, string connectionString, Action<PostgreSqlOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        // Read here, where a mistake in it is easy to find.
        _ = new NpgsqlConnectionStringBuilder(connectionString);
        PostgreSqlOptions chosen = new();
        configure?.Invoke(chosen);
        _ = new NpgsqlConnectionStringBuilder(chosen.ListenConnectionString ?? "");
        options.Source = new Factory(connectionString, chosen);
        return options;
    }

    private sealed class Factory(string connectionString, PostgreSqlOptions chosen) : StoreFactory
    {
        public override IStore Create(string taskHub) => new PostgreSqlStore(Options(taskHub));

        public override IHistorySource Histories(string taskHub) => new PostgreSqlHistories(Options(taskHub));

        private PostgreSqlStoreOptions Options(string taskHub) => new()
        {
            ConnectionString = connectionString,
            Schema = taskHub,
            Migrate = chosen.Migrate,
            Password = chosen.Password,
            ListenConnectionString = chosen.ListenConnectionString,
        };
    }
}
