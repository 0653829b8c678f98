using Perdure.Core.Stores.Moves;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite.Moves;

/// <summary>The mark of a hub that moves, in the file itself.</summary>
internal static class Mark
{
    private const string Exists =
        $"select count(*) from sqlite_schema where type = 'table' and name = '{HubMark.Table}'";
    private const string Select = $"select complete, target, at from {HubMark.Table}";
    private const string Make =
        $"create table {HubMark.Table} (complete integer not null, target text not null, at integer not null)";
    private const string Insert = $"insert into {HubMark.Table} (complete, target, at) values (?1, ?2, ?3)";

    public static HubMark? Read(Connection connection)
    {
        if (connection.Prepared(Exists).Scalar() == 0)
            return null;
        Statement row = connection.Prepared(Select);
        if (!row.Step())
            return null;
        HubMark mark = new(row.Long(0) != 0, row.Text(1), row.Long(2));
        row.Reset();
        return mark;
    }

    public static void Write(Connection connection, HubMark mark)
    {
        connection.Prepared(Sql.Begin).Run();
        if (connection.Prepared(Exists).Scalar() == 0)
            connection.Execute(Make);
        connection.Execute($"delete from {HubMark.Table}");
        connection.Prepared(Insert).Bind(1, mark.IsComplete ? 1 : 0).Bind(2, mark.Target).Bind(3, mark.At).Run();
        connection.Prepared(Sql.Commit).Run();
    }

    public static void Remove(Connection connection) => connection.Execute($"drop table if exists {HubMark.Table}");
}
