using Perdure.Core.Stores;
using Perdure.Sqlite.Connections;
using Perdure.Sqlite.Reads;

namespace Perdure.Sqlite;

/// <summary>Takes and releases partitions, inside a transaction of the writer.</summary>
internal static class Partitions
{
    public static PartitionOpening? Open(Connection connection, int partition, long seen, long node)
    {
        long epoch = connection.Prepared(Sql.ReadEpoch).Bind(1, partition).Scalar()
            ?? throw new ArgumentOutOfRangeException(nameof(partition), partition, "The hub has no such partition.");
        if (epoch != seen)
            return null;
        connection.Prepared(Sql.CountDeaths).Bind(1, partition).Bind(2, node).Run();
        var open = connection.Prepared(Sql.OpenPartition).Bind(1, partition).Bind(2, node);
        open.Step();
        epoch = open.Long(0);
        int unclean = open.Int(1);
        open.Run();
        var tasks = RowReader.List(
            connection.Prepared(Sql.ReadTasks).Bind(1, partition),
            s => new TaskRow(partition, s.Long(0), s.Int(1), s.Int(2), s.Long(3), s.Int(4)));
        return new(partition, epoch, unclean, tasks);
    }

    public static bool Close(Connection connection, int partition, long epoch) =>
        connection.Prepared(Sql.ClosePartition).Bind(1, partition).Bind(2, epoch).RunOnOne();
}
