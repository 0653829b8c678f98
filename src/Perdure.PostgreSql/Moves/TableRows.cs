using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Perdure.Core.Stores.Moves;

namespace Perdure.PostgreSql.Moves;

/// <summary>Reads the rows of the tables that move as they stream, and writes them with a binary COPY.</summary>
internal static class TableRows
{
    /// <summary>Behind a text in an order: by its bytes, as every store sorts it.</summary>
    private const string ByBytes = " collate \"C\"";

    public static async IAsyncEnumerable<Cell[]> ReadAsync(
        NpgsqlConnection connection, Sql sql, HubTable table,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using NpgsqlCommand select = new(HubTables.Select(table, $"{sql.Hub}.", ByBytes), connection);
        await using NpgsqlDataReader rows = await select.ExecuteReaderAsync(cancellationToken);
        int cells = table.Columns.Count + (table.IsFoundByKey ? 1 : 0);
        bool isRead = false;
        try
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                Cell[] row = new Cell[cells];
                for (int i = 0; i < cells; i++)
                    row[i] = Read(rows, i, i < table.Columns.Count ? table.Columns[i].Kind : ColumnKind.Text);
                yield return row;
            }
            isRead = true;
        }
        finally
        {
            // Else the driver reads to the end what nobody wants any more.
            if (!isRead)
                select.Cancel();
        }
    }

    public static async Task WriteAsync(
        NpgsqlConnection connection, Sql sql, HubTable table, IAsyncEnumerable<Cell[]> rows,
        CancellationToken cancellationToken)
    {
        string columns = string.Join(", ", table.Columns.Select(c => c.Name));
        await using NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync(
            $"copy {sql.Hub}.{table.Name} ({columns}) from stdin (format binary)", cancellationToken);
        copy.Timeout = Timeout.InfiniteTimeSpan;
        await foreach (Cell[] row in rows.WithCancellation(cancellationToken))
        {
            await copy.StartRowAsync(cancellationToken);
            for (int i = 0; i < table.Columns.Count; i++)
                await WriteAsync(copy, row[i], table.Columns[i].Kind, cancellationToken);
        }
        await copy.CompleteAsync(cancellationToken);
    }

    private static Cell Read(NpgsqlDataReader row, int column, ColumnKind kind)
    {
        if (row.IsDBNull(column))
            return Cell.Null;
        return kind switch
        {
            ColumnKind.Text or ColumnKind.Bytes => Cell.Of(row.GetFieldValue<byte[]>(column)),
            ColumnKind.Boolean => Cell.Of(row.GetBoolean(column) ? 1 : 0),
            ColumnKind.Long => Cell.Of(row.GetInt64(column)),
            _ => Cell.Of(row.GetInt32(column)),
        };
    }

    private static Task WriteAsync(
        NpgsqlBinaryImporter copy, Cell cell, ColumnKind kind, CancellationToken cancellationToken)
    {
        if (cell.IsNull)
            return copy.WriteNullAsync(cancellationToken);
        return kind switch
        {
            ColumnKind.Text => copy.WriteAsync(cell.Bytes, NpgsqlDbType.Text, cancellationToken),
            ColumnKind.Bytes => copy.WriteAsync(cell.Bytes, NpgsqlDbType.Bytea, cancellationToken),
            ColumnKind.Boolean => copy.WriteAsync(cell.Number != 0, NpgsqlDbType.Boolean, cancellationToken),
            ColumnKind.Long => copy.WriteAsync(cell.Number, NpgsqlDbType.Bigint, cancellationToken),
            _ => copy.WriteAsync(checked((int)cell.Number), NpgsqlDbType.Integer, cancellationToken),
        };
    }
}
