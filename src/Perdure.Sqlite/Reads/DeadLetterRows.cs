using System.Globalization;
using Perdure.Core.Stores;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite.Reads;

/// <summary>Pages of dead letters.</summary>
internal static class DeadLetterRows
{
    public static DeadLetterPage Query(Connection connection, DeadLetterQuery query)
    {
        List<string> conditions = [];
        List<string> texts = [];
        if (query.Source is { } source)
            conditions.Add($"source = {Text(source)}");
        if (query.Function is { } function)
            conditions.Add($"function = {Text(function)}");
        if (query.Fingerprint is { } fingerprint)
            conditions.Add($"fingerprint = {Text(fingerprint)}");
        if (query.State is { } state)
            conditions.Add($"state = {Number((long)state)}");
        if (query.From is { } from)
            conditions.Add($"at >= {Number(from)}");
        if (query.To is { } to)
            conditions.Add($"at <= {Number(to)}");
        if (query.Key is { } key)
            conditions.Add($"(partition, number) = ({Number(key.Partition)}, {Number(key.Number)})");
        if (query.After is { } after)
        {
            conditions.Add(
                $"(at, partition, number) > ({Number(after.At)}, {Number(after.Key.Partition)}, "
                + $"{Number(after.Key.Number)})");
        }
        Statement statement = connection.Prepared(DeadLetterSql.Query(conditions, query.WithRecords));
        statement.Bind(1, query.PageSize + 1L);
        for (int i = 0; i < texts.Count; i++)
            statement.Bind(i + 2, texts[i]);
        return DeadLetterPage.Of(RowReader.List(statement, Row), query.PageSize);

        string Text(string value)
        {
            texts.Add(value);
            return $"?{texts.Count + 1}";
        }

        string Number(long value)
        {
            texts.Add(value.ToString(CultureInfo.InvariantCulture));
            return $"cast(?{texts.Count + 1} as integer)";
        }
    }

    private static DeadLetterRow Row(Statement s) => new()
    {
        Key = new(s.Int(0), s.Long(1)),
        Source = s.Text(2),
        Function = s.Text(3),
        EventId = s.Text(4),
        Order = s.TextOrNull(5),
        Class = (DeadLetterClass)s.Int(6),
        Fingerprint = s.Text(7),
        State = (DeadLetterState)s.Int(8),
        At = s.Long(9),
        Record = s.Bytes(10),
    };
}
