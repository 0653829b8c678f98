using Perdure.Core.Stores;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite.Reads;

/// <summary>Rows of streams, their blocks and their readers.</summary>
internal static class StreamRows
{
    public static StreamRow Open(Connection connection, StreamRow wanted)
    {
        connection.Prepared(StreamSql.Insert)
            .Bind(1, wanted.Name).Bind(2, wanted.Partitions).Bind(3, wanted.Created).Run();
        return RowReader.First(connection.Prepared(StreamSql.Read).Bind(1, wanted.Name), Stream)!;
    }

    public static StreamRow Stream(Statement s) => new(s.Text(0), s.Int(1), s.Long(2));

    public static LogSummary Log(Connection connection, int partition, string log) => new(
        Number(connection, StreamSql.ReadStart, partition, log) ?? 0,
        Number(connection, StreamSql.ReadEnd, partition, log) ?? 0,
        RowReader.List(
            connection.Prepared(StreamSql.ReadReaders).Bind(1, partition).Bind(2, log),
            s => new ReaderRow(partition, log, s.Text(0), s.Long(1), s.Long(2), s.Bytes(3))));

    public static IReadOnlyList<ReaderRow> Readers(Connection connection, string from, string before) =>
        RowReader.List(
            connection.Prepared(StreamSql.ReadReadersOf).Bind(1, from).Bind(2, before),
            s => new ReaderRow(s.Int(0), s.Text(1), s.Text(2), s.Long(3), s.Long(4), s.Bytes(5)));

    public static IReadOnlyList<BlockRow> Blocks(
        Connection connection, int partition, string log, long from, int events)
    {
        List<BlockRow> found = [];
        int count = 0;
        Statement statement = connection.Prepared(StreamSql.ReadBlocks).Bind(1, partition).Bind(2, log).Bind(3, from);
        while (statement.Step())
        {
            BlockRow block = new(partition, log, statement.Long(0), statement.Int(1), statement.Long(2), default);
            if (block.End <= from)
                continue;
            count += block.Count;
            if (found.Count > 0 && count > events)
            {
                statement.Reset();
                break;
            }
            found.Add(block with { Body = statement.Bytes(3) });
        }
        return found;
    }

    public static long Find(Connection connection, int partition, string log, long at) =>
        Number(connection.Prepared(StreamSql.Find).Bind(1, partition).Bind(2, log).Bind(3, at))
        ?? Number(connection, StreamSql.ReadEnd, partition, log) ?? 0;

    private static long? Number(Connection connection, string sql, int partition, string log) =>
        Number(connection.Prepared(sql).Bind(1, partition).Bind(2, log));

    private static long? Number(Statement statement)
    {
        if (!statement.Step())
            return null;
        long number = statement.Long(0);
        statement.Reset();
        return number;
    }
}
