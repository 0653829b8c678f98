using Npgsql;
using Perdure.Core.Stores;

namespace Perdure.PostgreSql.Reads;

/// <summary>Rows of dead letters, and which of them a query wants.</summary>
internal static class DeadLetterRows
{
    public static IReadOnlyList<string> Conditions(DeadLetterQuery query, Parameters parameters)
    {
        List<string> conditions = [];
        if (query.Source is { } source)
            conditions.Add($"source = {parameters.Text(source)}");
        if (query.Function is { } function)
            conditions.Add($"function = {parameters.Text(function)}");
        if (query.Fingerprint is { } fingerprint)
            conditions.Add($"fingerprint = {parameters.Text(fingerprint)}");
        if (query.State is { } state)
            conditions.Add($"state = {parameters.Number((long)state)}");
        if (query.Partition is { } partition)
            conditions.Add($"partition = {parameters.Number(partition)}");
        if (query.IsOpen)
            conditions.Add($"state <= {parameters.Number((long)DeadLetterState.Replaying)}");
        if (query.From is { } from)
            conditions.Add($"at >= {parameters.Number(from)}");
        if (query.To is { } to)
            conditions.Add($"at <= {parameters.Number(to)}");
        if (query.Key is { } key)
        {
            conditions.Add($"(partition, number) = ({parameters.Number(key.Partition)}, "
                + $"{parameters.Number(key.Number)})");
        }
        if (query.After is { } after)
        {
            conditions.Add($"(at, partition, number) > ({parameters.Number(after.At)}, "
                + $"{parameters.Number(after.Key.Partition)}, {parameters.Number(after.Key.Number)})");
        }
        return conditions;
    }

    public static DeadLetterRow Row(NpgsqlDataReader r) => new()
    {
        Key = new(r.GetInt32(0), r.GetInt64(1)),
        Source = r.GetString(2),
        Function = r.GetString(3),
        EventId = r.GetString(4),
        Order = RowReader.TextOrNull(r, 5),
        Class = (DeadLetterReason)r.GetInt32(6),
        Fingerprint = r.GetString(7),
        State = (DeadLetterState)r.GetInt32(8),
        At = r.GetInt64(9),
        Record = RowReader.Bytes(r, 10),
        Changed = r.GetInt64(11),
        Trail = r.GetString(12),
        Successor = r.IsDBNull(13) ? null : r.GetInt64(13),
    };
}
