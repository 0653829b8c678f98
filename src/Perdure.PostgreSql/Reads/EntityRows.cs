using Npgsql;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Stores;

namespace Perdure.PostgreSql.Reads;

/// <summary>Rows of entities, and which of them a query wants.</summary>
internal static class EntityRows
{
    public static IReadOnlyList<string> Conditions(EntityRowQuery query, Parameters parameters)
    {
        List<string> conditions = [];
        if (query.Name is { } wanted)
            conditions.Add($"name = {parameters.Text(wanted)}");
        if (query.After is { } after)
        {
            (string name, string key) = EntityInstanceIds.Split(after);
            conditions.Add($"(name, key) > ({parameters.Text(name)}, {parameters.Text(key)})");
        }
        if (query.LastFrom is { } from)
            conditions.Add($"last >= {parameters.Number(from)}");
        if (query.LastTo is { } to)
            conditions.Add($"last <= {parameters.Number(to)}");
        if (!query.WithoutState)
            conditions.Add("state is not null");
        if (query.Locked)
            conditions.Add("holder is not null");
        return conditions;
    }

    public static EntityRow Row(NpgsqlDataReader r) => new()
    {
        Partition = r.GetInt32(0),
        Id = r.GetString(1),
        Name = r.GetString(2),
        Key = r.GetString(3),
        State = new Payload(RowReader.Bytes(r, 4)),
        Holder = r.IsDBNull(5) ? null : new EntityCaller(r.GetString(5), LockRequestText.Read(r.GetString(6))),
        Last = r.GetInt64(7),
    };
}
