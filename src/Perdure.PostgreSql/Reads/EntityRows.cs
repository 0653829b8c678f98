using System.Globalization;
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
        Holder = r.IsDBNull(5) ? null : new EntityCaller(r.GetString(5), Request(r.GetString(6))),
        Last = r.GetInt64(7),
    };

    /// <summary>How a row names the request that got the lock.</summary>
    public static string TextOf(TaskKey request) =>
        string.Create(CultureInfo.InvariantCulture, $"{request.Key}.{request.Generation}.{request.Task}");

    private static TaskKey Request(string text)
    {
        string[] parts = text.Split('.');
        return parts.Length == 3
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long key)
            && int.TryParse(parts[1], CultureInfo.InvariantCulture, out int generation)
            && int.TryParse(parts[2], CultureInfo.InvariantCulture, out int task)
            ? new(key, generation, task)
            : throw new FormatException($"The lock request '{text}' of an entity is not key.generation.task.");
    }
}
