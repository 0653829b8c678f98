using Npgsql;
using Perdure.Core.Stores;
using Perdure.PostgreSql.Commits;

namespace Perdure.PostgreSql.Moves;

/// <summary>The connection of an administrator: long statements, long transactions, nothing shared.</summary>
internal static class MoveSession
{
    public static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        NpgsqlConnectionStringBuilder text = new(connectionString)
        {
            ApplicationName = "perdure command line",
            Pooling = false,
            CommandTimeout = 0,
            KeepAlive = 30,
        };
        NpgsqlConnection connection = new(text.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            // What the server allows others is too short for a million rows.
            await RunAsync(
                connection, "set statement_timeout = 0; set idle_in_transaction_session_timeout = 0",
                cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whatever the driver throws, as a text that names the place and no password.</summary>
    public static async Task<T> AskAsync<T>(string place, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (Failure.IsOfDriver(e) && e is not OperationCanceledException)
        {
            throw new StoreException($"It failed in {place}. {Failure.Text(e)}", e);
        }
    }

    public static Task AskAsync(string place, Func<Task> ask) => AskAsync(place, async () =>
    {
        await ask();
        return true;
    });
}
