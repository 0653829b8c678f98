using System.Net.Sockets;
using Npgsql;
using Perdure.Core.Stores;

namespace Perdure.PostgreSql.Commits;

/// <summary>What an exception of the driver means for a batch that was sent, and for people.</summary>
internal static class Failure
{
    private const string UniqueViolation = "23505";

    /// <summary>
    /// The server refused while it was still alive, so nothing was written; or nobody knows. An error of severity FATAL
    /// ends the session: it can come after the commit and before its answer.
    /// </summary>
    public static CommitResult Of(Exception exception) => exception switch
    {
        PostgresException error when !IsFatal(error) => Refusal(error),
        _ => new(CommitOutcome.Unknown) { Detail = Text(exception) },
    };

    /// <summary>Whether the batch was written before: its number is taken.</summary>
    public static bool IsWrittenBefore(Exception exception) =>
        exception is PostgresException { SqlState: UniqueViolation, ConstraintName: "commits_pkey" };

    /// <summary>What the driver throws; everything else is a mistake of ours.</summary>
    public static bool IsOfDriver(Exception exception) =>
        exception is NpgsqlException or SocketException or IOException or TimeoutException or OperationCanceledException
        or ObjectDisposedException;

    public static string Text(Exception exception) => exception is PostgresException error
        ? $"{error.SqlState}: {error.MessageText}{(error.Detail is { } detail ? $" ({detail})" : "")}"
        : exception.InnerException is { } inner && inner.Message != exception.Message
            ? $"{exception.Message} ({inner.Message})"
            : exception.Message;

    private static bool IsFatal(PostgresException error) => error.InvariantSeverity is "FATAL" or "PANIC";

    private static CommitResult Refusal(PostgresException error) => error.SqlState switch
    {
        Sql.FencedState => new(CommitOutcome.Fenced)
        {
            Partitions = [.. error.MessageText.Split(',').Select(int.Parse).Order()],
            Detail = $"Partitions {error.MessageText} were taken over.",
        },
        Sql.MissedState when error.MessageText.Split(':', 2) is [string partition, string what] =>
            new(CommitOutcome.Inconsistent)
            {
                Partitions = [int.Parse(partition)],
                Detail = $"Missing in partition {partition}: {what}.",
            },
        // 22: the data; 23: a key that is taken; 54: more than a row or an index can hold.
        { Length: 5 } state when state[..2] is "22" or "23" or "54" =>
            new(CommitOutcome.Refused) { Detail = Text(error) },
        _ => new(CommitOutcome.Unavailable) { Detail = Text(error) },
    };
}
