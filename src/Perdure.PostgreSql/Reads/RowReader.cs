using System.Data.Common;
using Npgsql;
using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.PostgreSql.Reads;

/// <summary>Makes rows of the contract out of rows of a result.</summary>
internal static class RowReader
{
    public static InstanceRow Instance(NpgsqlDataReader r) => new()
    {
        Partition = r.GetInt32(0),
        Key = r.GetInt64(1),
        Id = r.GetString(2),
        Name = r.GetString(3),
        Version = TextOrNull(r, 4),
        Status = (InstanceStatus)r.GetInt32(5),
        Generation = r.GetInt32(6),
        Held = (Held)r.GetInt32(7),
        Owed = r.GetBoolean(8),
        CustomStatus = new Payload(Bytes(r, 9)),
        Created = r.GetInt64(10),
        Ended = r.IsDBNull(11) ? null : r.GetInt64(11),
        Parent = TextOrNull(r, 12),
    };

    /// <summary>
    /// An instance, then the time of its last history row, then the events of the first and of the last.
    /// </summary>
    public static InstanceSnapshot Snapshot(NpgsqlDataReader r)
    {
        InstanceRow row = Instance(r);
        return new(row, Bytes(r, 14), Bytes(r, 15), r.IsDBNull(13) ? row.Created : r.GetInt64(13));
    }

    /// <summary>In the order of <see cref="OfferSql"/>.</summary>
    public static OfferRow Offer(NpgsqlDataReader r) => new(
        new(r.GetInt32(0), r.GetInt64(1)), new(r.GetInt64(2), r.GetInt32(3)), r.GetString(4), r.GetString(5))
    {
        Tasks = TaskList.Parse(r.GetString(6)),
        Body = Bytes(r, 7),
        Node = r.GetInt64(8),
    };

    /// <summary>Text as UTF-8, or bytes; null is empty.</summary>
    public static byte[] Bytes(NpgsqlDataReader r, int column) =>
        r.IsDBNull(column) ? [] : r.GetFieldValue<byte[]>(column);

    public static string? TextOrNull(DbDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);
}
