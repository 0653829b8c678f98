using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite;

/// <summary>Deletes histories that were too long for the commit that ended them, a piece at a time.</summary>
internal static class Sweeper
{
    /// <summary>Deletes at most <paramref name="rowsMax"/> rows of history; returns whether more is left.</summary>
    public static bool Sweep(Connection connection, int rowsMax)
    {
        int left = rowsMax;
        var first = connection.Prepared(Sql.FirstSweep);
        while (first.Step())
        {
            var (partition, key, generation) = (first.Long(0), first.Long(1), first.Long(2));
            first.Reset();
            connection.Prepared(Sql.SweepHistory).Bind(1, key).Bind(2, generation).Bind(3, left).Run();
            left -= connection.Changes;
            if (left == 0)
                return true;
            connection.Prepared(Sql.DeleteSweep).Bind(1, partition).Bind(2, key).Bind(3, generation).Run();
        }
        return false;
    }
}
