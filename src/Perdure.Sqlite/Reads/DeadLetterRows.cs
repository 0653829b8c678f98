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
        Connection connection, IReadOnlyList<DeadLetterKey> keys, DeadLetterState? from, DeadLetterChange change)
    {
        List<DeadLetterKey> changed = [];
        foreach (DeadLetterKey key in keys.Distinct().Order())
        {
            if (Change(connection, key, from, change, successor: null))
                changed.Add(key);
        }
        return changed;
    }

    public static bool Revise(
        Connection connection, DeadLetterKey original, DeadLetterRow revision, DeadLetterChange change)
    {
        if (!Change(connection, original, DeadLetterState.Active, change, revision.Key.Number))
            return false;
        Bound(connection.Prepared(DeadLetterSql.Insert), revision, change.At).Run();
        return true;
    }

    public static int Delete(Connection connection, long changedBy, int max)
    {
        connection.Prepared(DeadLetterSql.Delete).Bind(1, changedBy).Bind(2, max).Run();
        return connection.Changes;
    }

    /// <param name="insert">The statement.</param>
    /// <param name="row">What is inserted.</param>
    /// <param name="changed">When it was changed last; null for when it was put aside.</param>
    public static Statement Bound(Statement insert, DeadLetterRow row, long? changed) => insert
        .Bind(1, row.Key.Partition).Bind(2, row.Key.Number).Bind(3, row.Source).Bind(4, row.Function)
        .Bind(5, row.EventId).Bind(6, row.Order).Bind(7, (int)row.Class).Bind(8, row.Fingerprint)
        .Bind(9, (int)row.State).Bind(10, row.At).BindText(11, row.Record.Span).Bind(12, changed);

    private static bool Change(
        Connection connection, DeadLetterKey key, DeadLetterState? from, DeadLetterChange change, long? successor) =>
        connection.Prepared(DeadLetterSql.Change)
            .Bind(1, key.Partition).Bind(2, key.Number).Bind(3, (int?)from ?? -1).Bind(4, (int?)change.To ?? -1)
            .Bind(5, change.At).Bind(6, change.Entry).Bind(7, successor).RunOnOne();

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
        if (query.IsOpen)
            conditions.Add($"state <= {Number((long)DeadLetterState.Replaying)}");
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
        Changed = s.Long(11),
        Trail = s.Text(12),
        Successor = s.IsNull(13) ? null : s.Long(13),
    };
}
