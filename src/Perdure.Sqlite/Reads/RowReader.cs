using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite.Reads;

/// <summary>Makes rows of the contract out of rows of a statement.</summary>
internal static class RowReader
{
    public static List<T> List<T>(Statement statement, Func<Statement, T> read)
    {
        var rows = new List<T>();
        while (statement.Step())
            rows.Add(read(statement));
        return rows;
    }

    public static T? First<T>(Statement statement, Func<Statement, T> read) where T : class
    {
        if (!statement.Step())
            return null;
        var row = read(statement);
        statement.Reset();
        return row;
    }

    public static InstanceRow Instance(Statement s) => new()
    {
        Partition = s.Int(0),
        Key = s.Long(1),
        Id = s.Text(2),
        Name = s.Text(3),
        Version = s.TextOrNull(4),
        Status = (InstanceStatus)s.Int(5),
        Generation = s.Int(6),
        Held = (Held)s.Int(7),
        Owed = s.Int(8) != 0,
        CustomStatus = s.IsNull(9) ? Payload.None : new(s.Bytes(9)),
        Created = s.Long(10),
        Ended = s.IsNull(11) ? null : s.Long(11),
        Parent = s.TextOrNull(12),
    };

    /// <summary>
    /// An instance, then the time of its last history row, then the events of the first and of the last.
    /// </summary>
    public static InstanceSnapshot Snapshot(Statement s)
    {
        var row = Instance(s);
        long updated = s.IsNull(13) ? row.Created : s.Long(13);
        return new(row, s.Bytes(14), s.Bytes(15), updated);
    }
}
