using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite.Reads;

/// <summary>Rows of entities, and pages of them.</summary>
internal static class EntityRows
{
    public static EntityRow? Read(Connection connection, string id) =>
        RowReader.First(connection.Prepared(Sql.ReadEntity).Bind(1, id), Row);

    public static EntityPage Query(Connection connection, EntityRowQuery query)
    {
        var conditions = new List<string>();
        var values = new List<(string? Text, long Number)>();
        if (query.Name is { } wanted)
            conditions.Add($"name = {Text(wanted)}");
        if (query.After is { } after)
        {
            var (name, key) = EntityInstanceIds.Split(after);
            conditions.Add($"(name, key) > ({Text(name)}, {Text(key)})");
        }
        if (query.LastFrom is { } from)
            conditions.Add($"last >= {Number(from)}");
        if (query.LastTo is { } to)
            conditions.Add($"last <= {Number(to)}");
        if (!query.WithoutState)
            conditions.Add("state is not null");
        if (query.Locked)
            conditions.Add("holder is not null");
        var statement = connection.Prepared(Sql.QueryEntities(conditions, query.WithState));
        statement.Bind(1, query.PageSize + 1L);
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i].Text is { } text)
                statement.Bind(i + 2, text);
            else
                statement.Bind(i + 2, values[i].Number);
        }
        var found = RowReader.List(statement, Row);
        if (found.Count <= query.PageSize)
            return new(found, null);
        found.RemoveAt(found.Count - 1);
        return new(found, found[^1].Id);

        string Text(string value) => Parameter(value, 0);

        string Number(long value) => Parameter(null, value);

        string Parameter(string? text, long number)
        {
            values.Add((text, number));
            return $"?{values.Count + 1}";
        }
    }

    public static List<MessageRow> Messages(Connection connection, IReadOnlyList<MessageKey> keys)
    {
        var rows = new List<MessageRow>(keys.Count);
        var statement = connection.Prepared(Sql.ReadMessage);
        foreach (var key in keys)
        {
            statement.Bind(1, key.Partition).Bind(2, key.Origin).Bind(3, key.Number);
            while (statement.Step())
                rows.Add(new(key, statement.Text(0), statement.Int(1), statement.Bytes(2)));
        }
        return rows;
    }

    private static EntityRow Row(Statement s) => new()
    {
        Partition = s.Int(0),
        Id = s.Text(1),
        Name = s.Text(2),
        Key = s.Text(3),
        State = s.IsNull(4) ? Payload.None : new(s.Bytes(4)),
        Holder = s.IsNull(5) ? null : new EntityCaller(s.Text(5), LockRequestText.Read(s.Text(6))),
        Last = s.Long(7),
    };
}
