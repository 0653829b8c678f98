using System.Globalization;
using Perdure.Core.Stores;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite.Reads;

/// <summary>Pages of dead letters.</summary>
internal static class DeadLetterRows
{
    public static DeadLetterPage Query(Connection connection, DeadLetterQuery query) => DeadLetterPage.Of(
        RowReader.List(
            Asked(connection, query, query.PageSize + 1L, c => DeadLetterSql.Query(c, query.WithRecords)), Row),
        query.PageSize);

    public static IReadOnlyList<DeadLetterGroupRow> Group(Connection connection, DeadLetterQuery query) =>
        RowReader.List(
            Asked(connection, query, query.PageSize, DeadLetterSql.Group),
            s => new DeadLetterGroupRow(s.Text(0), s.Text(1), s.Text(2), s.Long(3), s.Long(4), s.Long(5)));

    public static IReadOnlyList<DeadLetterKey> Change(
        Connection connection, IReadOnlyList<DeadLetterKey> keys, DeadLetterState from, DeadLetterState to)
    {
        List<DeadLetterKey> changed = [];
        foreach (DeadLetterKey key in keys.Distinct().Order())
        {
            Statement change = connection.Prepared(DeadLetterSql.Change)
                .Bind(1, key.Partition).Bind(2, key.Number).Bind(3, (int)from).Bind(4, (int)to);
            if (change.RunOnOne())
                changed.Add(key);
        }
        return changed;
    }

    private static Statement Asked(
        Connection connection, DeadLetterQuery query, long limit, Func<IReadOnlyList<string>, string> sql)
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
        if (query.Partition is { } partition)
            conditions.Add($"partition = {Number(partition)}");
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
        Statement statement = connection.Prepared(sql(conditions));
        statement.Bind(1, limit);
        for (int i = 0; i < texts.Count; i++)
            statement.Bind(i + 2, texts[i]);
        return statement;

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
        Class = (DeadLetterReason)s.Int(6),
        Fingerprint = s.Text(7),
        State = (DeadLetterState)s.Int(8),
        At = s.Long(9),
        Record = s.Bytes(10),
    };
}
