using System.Globalization;
using Npgsql;
using Perdure.Core.Stores;
using static Perdure.PostgreSql.Commits.Columns;

namespace Perdure.PostgreSql.Commits;

/// <summary>
/// What the memory of a node rests on: that the database knows it, and has the last batch that it acknowledged. A
/// database that was restored, or failed over to a server that lagged behind, may have neither. Every commit and every
/// renewal asks for both in its own transaction, before it writes; once something is missing nothing is sent any more.
/// </summary>
internal sealed class Acknowledged(Sql sql, string session, int lanes)
{
    private const string UndefinedTable = "42P01";
    private const string UndefinedSchema = "3F000";

    private readonly long[] _last = new long[lanes];
    private long _node;
    private volatile StoreException? _loss;

    public int Lanes => lanes;

    /// <summary>Why the node cannot go on; null while it can.</summary>
    public StoreException? Loss => _loss;

    /// <summary>The database has given the node its number.</summary>
    public void Begin(long node) => _node = node;

    /// <summary>From here on turns rest on the batch.</summary>
    public void Add(Batch batch) => Volatile.Write(ref _last[batch.Lane], batch.Number);

    /// <summary>To be sent first of all: it ends the transaction if something is missing.</summary>
    public NpgsqlBatchCommand Check(int lane) => Command(
        sql.Commits.Check, Of(_node), Of(session), Of(lane), Of(Volatile.Read(ref _last[lane])));

    public IEnumerable<NpgsqlBatchCommand> CheckAll() => Enumerable.Range(0, lanes).Select(Check);

    /// <summary>Whether this says that something is missing; then it is so for good.</summary>
    public bool IsLoss(PostgresException error)
    {
        string? what = error.SqlState switch
        {
            Sql.LostState => error.MessageText.Length > 0 ? MissingBatch(error.MessageText) : UnknownNode(),
            UndefinedTable or UndefinedSchema => MissingHub(error),
            _ => null,
        };
        if (what is null)
            return false;
        _loss ??= new StoreException(what, error) { EndsNode = true };
        return true;
    }

    /// <summary>The node was known a moment ago and is not now.</summary>
    public StoreException Forgotten() => _loss ??= new StoreException(UnknownNode()) { EndsNode = true };

    private string MissingBatch(string batch) =>
        $"The database does not have batch {batch} of node {Node()}, which it had acknowledged: it was restored from a "
        + "backup, or failed over to a server that lacked it. What this host has in memory rests on that batch, so it "
        + "stops and writes nothing more. See that this is the database you want, then start the host again: it begins "
        + "with what is there. What was acknowledged after that moment is lost; a synchronous standby avoids it.";

    private string UnknownNode() =>
        $"The database does not know node {Node()}, which is this host: it was restored from a backup, or failed over "
        + "to a server, of before the host started; or the host was not heard of for a day and was forgotten. It stops "
        + "and writes nothing more. See that this is the database you want, then start the host again: it begins with "
        + "what is there.";

    private string MissingHub(PostgresException error) =>
        $"The task hub in schema {sql.Hub} is not there any more ({Failure.Text(error)}): it was dropped, or the "
        + "database is another one. This host stops and writes nothing more. Restore the hub and start the host again; "
        + "where there is none, a host that starts makes a new and empty one if it may.";

    private string Node() => _node.ToString(CultureInfo.InvariantCulture);
}
