using Perdure.Core.Stores;
using Perdure.Sqlite.Commits;
using Perdure.Sqlite.Connections;
using Perdure.Sqlite.Moves;

namespace Perdure.Sqlite;

/// <summary>Everything that exists only while a hub is open: its lock, its connections, its threads.</summary>
internal sealed class OpenHub : IDisposable
{
    private const long DayMilliseconds = 86_400_000;

    private readonly OwnerLock _owner;
    private readonly Checkpoints _checkpoints;
    private readonly Transactions _transactions;

    private OpenHub(SqliteStoreOptions options, OwnerLock owner, Connection connection, HubInfo info)
    {
        Info = info;
        _owner = owner;
        Reads = new ReadPool(options.Path);
        _checkpoints = new Checkpoints(options);
        _transactions = new Transactions(options, connection, Reads, _checkpoints);
        Writer = new Writer(_transactions);
    }

    public HubInfo Info { get; }

    public ReadPool Reads { get; }

    public Writer Writer { get; }

    /// <exception cref="StoreException">The file cannot be this process's hub; the text says why and what to
    /// do.</exception>
    public static OpenHub Open(SqliteStoreOptions options, long now)
    {
        MakeDirectory(options.Path);
        var owner = OwnerLock.Take(options.Path);
        Connection? connection = null;
        try
        {
            connection = SqliteFile.OpenForWriting(options);
            // A file that is not ours is refused as it was found.
            Schema.ReadVersion(connection, options);
            if (Mark.Read(connection) is { } mark)
                throw mark.Refusal($"The task hub '{options.Path}'");
            SqliteFile.CheckWritable(connection, options.Path);
            (string id, int partitions) = Schema.Prepare(connection, options);
            long node = Register(connection, now);
            HubInfo info = new(id, Schema.ReadSecret(connection), partitions, node, Lanes: 1);
            return new OpenHub(options, owner, connection, info);
        }
        catch (Exception failure)
        {
            connection?.Dispose();
            owner.Dispose();
            if (failure is SqliteFailure sqlite)
                throw sqlite.ForPeople(options.Path);
            throw;
        }
    }

    public void Dispose()
    {
        Writer.Dispose();
        Reads.Dispose();
        _checkpoints.Dispose();
        _transactions.Dispose();
        _owner.Dispose();
    }

    private static void MakeDirectory(string path)
    {
        string directory = Path.GetDirectoryName(path)!;
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(
                $"The directory '{directory}' of the task hub cannot be created. Create it, or choose another path. "
                + $"({failure.Message})", failure);
        }
    }

    /// <summary>
    /// A file has one node at a time, so the earlier ones are gone; their numbers are never given again.
    /// </summary>
    private static long Register(Connection connection, long now)
    {
        connection.Prepared(Sql.Begin).Run();
        connection.Prepared(Sql.ForgetNodes).Run();
        connection.Prepared(Sql.ForgetCommits).Bind(1, now - DayMilliseconds).Run();
        connection.Prepared(Sql.ForgetOutcomes).Bind(1, now - DayMilliseconds).Run();
        long node = connection.Prepared(Sql.InsertNode).Scalar()!.Value;
        connection.Prepared(Sql.Commit).Run();
        return node;
    }
}
