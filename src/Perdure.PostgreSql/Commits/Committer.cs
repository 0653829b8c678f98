using Npgsql;
using Perdure.Core.Stores;

namespace Perdure.PostgreSql.Commits;

/// <summary>Sends batches and says what became of them.</summary>
internal sealed class Committer(
    NpgsqlDataSource connections, Sql sql, Acknowledged acknowledged, Action<CommitPoint>? fault)
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
            if (acknowledged.Loss is not null)
                return Lost();
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
                    return Committed(batch);
                }
                catch (PostgresException e) when (acknowledged.IsLoss(e))
                {
                    return Lost();
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
        if (acknowledged.Loss is not null)
            return Lost();
        try
        {
            await using NpgsqlConnection connection = await connections.OpenConnectionAsync();
            try
            {
                await SendAsync(batch, connection);
                return Committed(batch);
            }
            catch (PostgresException e) when (acknowledged.IsLoss(e))
            {
                return Lost();
            }
            catch (PostgresException e) when (Failure.IsWrittenBefore(e))
            {
                return await CertainlyAsync(batch, connection);
            }
            catch (PostgresException e) when (Failure.Of(e) is { Outcome: not CommitOutcome.Unknown } refused)
            {
                // Refused by what the first sending may have written itself, or by others after it.
                if (await IsWrittenAsync(batch, connection))
                    return await CertainlyAsync(batch, connection);
                // A server that could not take it just now has not waited for the first sending, which may still end.
                return refused.Outcome == CommitOutcome.Unavailable
                    ? refused with { Outcome = CommitOutcome.Unknown }
                    : refused;
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
        commands.BatchCommands.Add(acknowledged.Check(batch.Lane));
        BatchCommands.Add(commands, batch, sql);
        fault?.Invoke(CommitPoint.BeforeCommit);
        await ExecuteAsync(commands, connection);
        fault?.Invoke(CommitPoint.AfterCommit);
    }

    /// <summary>
    /// A server that gives up waiting for its synchronous standby says so in a warning, and that the transaction is
    /// committed all the same. It would not survive a failover, so it is not certain yet.
    /// </summary>
    private static async Task ExecuteAsync(NpgsqlBatch commands, NpgsqlConnection connection)
    {
        string? warning = null;
        void Hear(object sender, NpgsqlNoticeEventArgs e) =>
            warning ??= e.Notice.InvariantSeverity == "WARNING" ? e.Notice.MessageText : null;
        connection.Notice += Hear;
        try
        {
            // No token: what is sent runs to an outcome.
            await commands.ExecuteNonQueryAsync();
        }
        finally
        {
            connection.Notice -= Hear;
        }
        if (warning is not null)
            throw new NpgsqlException($"The server has committed with a warning: {warning}");
    }

    /// <summary>
    /// The batch is written; whether a synchronous standby has it is known when it has a later commit.
    /// </summary>
    private async Task<CommitResult> CertainlyAsync(Batch batch, NpgsqlConnection connection)
    {
        await using NpgsqlBatch later = new(connection);
        later.BatchCommands.Add(Columns.Command(sql.Touch, Columns.Of(batch.Node)));
        await ExecuteAsync(later, connection);
        return Committed(batch);
    }

    private CommitResult Committed(Batch batch)
    {
        acknowledged.Add(batch);
        return CommitResult.Committed;
    }

    private CommitResult Lost() => new(CommitOutcome.Lost) { Detail = acknowledged.Loss?.Message };

    private async Task<bool> IsWrittenAsync(Batch batch, NpgsqlConnection connection)
    {
        await using NpgsqlCommand find = new(sql.Commits.Find, connection)
        {
            Parameters = { Columns.Of(batch.Node), Columns.Of(batch.Lane), Columns.Of(batch.Number) },
        };
        return await find.ExecuteScalarAsync() is not null;
    }
}
