using Perdure.Core.Stores.Moves;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite.Moves;

/// <summary>Reads and writes the rows of the tables that move, one after the other.</summary>
internal static class TableRows
{
    public static IEnumerable<Cell[]> Read(Connection connection, HubTable table)
    {
        Statement rows = connection.Prepared(HubTables.Select(table, schema: "", collation: ""));
        int cells = table.Columns.Count + (table.IsFoundByKey ? 1 : 0);
        try
        {
            while (rows.Step())
            {
                Cell[] row = new Cell[cells];
                for (int i = 0; i < cells; i++)
                    row[i] = Read(rows, i, i < table.Columns.Count ? table.Columns[i].Kind : ColumnKind.Text);
                yield return row;
            }
        }
        finally
        {
            rows.Reset();
        }
    }

    public static string Insert(HubTable table) =>
        $"insert into {table.Name} ({string.Join(", ", table.Columns.Select(c => c.Name))}) values "
        + $"({string.Join(", ", Enumerable.Range(1, table.Columns.Count).Select(i => $"?{i}"))})";

    public static void Write(Statement insert, HubTable table, Cell[] row)
    {
        for (int i = 0; i < table.Columns.Count; i++)
        {
            Cell cell = row[i];
            if (cell.IsNull)
                insert.BindNull(i + 1);
            else if (cell.IsNumber)
                insert.Bind(i + 1, cell.Number);
            else if (table.Columns[i].Kind == ColumnKind.Bytes)
                insert.BindBlob(i + 1, cell.Bytes);
            else if (cell.Bytes.Length == 0)
                insert.Bind(i + 1, "");
            else
                insert.BindText(i + 1, cell.Bytes);
        }
        insert.Run();
    }

    private static Cell Read(Statement row, int column, ColumnKind kind)
    {
        if (row.IsNull(column))
            return Cell.Null;
        return kind is ColumnKind.Text or ColumnKind.Bytes ? Cell.Of(row.Bytes(column)) : Cell.Of(row.Long(column));
    }
}
