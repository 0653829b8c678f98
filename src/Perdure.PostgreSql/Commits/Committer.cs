using Npgsql;
using Perdure.Core.Stores;

namespace Perdure.PostgreSql.Commits;

/// <summary>Sends batches and says what became of them.</summary>
internal sealed class Committer(NpgsqlDataSource connections, Sql sql, Action<CommitPoint>? fault)
{
    /// <summary>
    /// How often a batch is sent again at once when the server chose it to break a deadlock or could not serialize it.
    /// </summary>
    private const int TriesMax = 5;

    private const string SerializationFailure = "40001";
    private const string Deadlock = "40P01";

    public async ValueTask<CommitResult> CommitAsync(Batch batch)
    {
        for (int tries = 1; ; tries++)
        {
            NpgsqlConnection connection;
            try
            {
                connection = await connections.OpenConnectionAsync();
            }
            catch (Exception e) when (Failure.IsOfDriver(e))
            {
                // Nothing was sent.
                return new(CommitOutcome.Unavailable) { Detail = Failure.Text(e) };
            }
            await using (connection)
            {
                try
                {
                    await SendAsync(batch, connection);
                    return CommitResult.Committed;
                }
                catch (PostgresException e)
                    when (e.SqlState is SerializationFailure or Deadlock && tries < TriesMax)
                {
                }
                catch (Exception e) when (Failure.IsOfDriver(e))
                {
                    return Failure.Of(e);
                }
            }
        }
    }

    /// <summary>
    /// Sends the same batch again. Its number is unique, so the server waits for a transaction that is still in doubt:
    /// then it is written now, or its number is taken, or a take-over came first, which has waited for it as well.
    /// </summary>
    public async ValueTask<CommitResult> ResolveAsync(Batch batch)
    {
        try
        {
            await using NpgsqlConnection connection = await connections.OpenConnectionAsync();
            try
            {
                await SendAsync(batch, connection);
                return CommitResult.Committed;
            }
            catch (PostgresException e) when (Failure.IsWrittenBefore(e))
            {
                return CommitResult.Committed;
            }
            catch (PostgresException e) when (Failure.Of(e) is { Outcome: not CommitOutcome.Unknown } refused)
            {
                // Refused by what the first sending may have written itself, or by others after it.
                return await IsWrittenAsync(batch, connection) ? CommitResult.Committed : refused;
            }
        }
        catch (Exception e) when (Failure.IsOfDriver(e))
        {
            return new(CommitOutcome.Unknown) { Detail = Failure.Text(e) };
        }
    }

    private async Task SendAsync(Batch batch, NpgsqlConnection connection)
    {
        await using NpgsqlBatch commands = new(connection);
        BatchCommands.Add(commands, batch, sql);
        fault?.Invoke(CommitPoint.BeforeCommit);
        // No token: what is sent runs to an outcome.
        await commands.ExecuteNonQueryAsync();
        fault?.Invoke(CommitPoint.AfterCommit);
    }

    private async Task<bool> IsWrittenAsync(Batch batch, NpgsqlConnection connection)
    {
        await using NpgsqlCommand find = new(sql.FindCommit, connection)
        {
            Parameters = { Columns.Of(batch.Node), Columns.Of(batch.Lane), Columns.Of(batch.Number) },
        };
        return await find.ExecuteScalarAsync() is not null;
    }
}
