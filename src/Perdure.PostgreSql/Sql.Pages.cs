namespace Perdure.PostgreSql;

/// <summary>Pages of instances and entities: statements that are put together.</summary>
internal sealed partial class Sql
{
    /// <summary>In the order in which <see cref="Reads.RowReader"/> takes them.</summary>
    public const string InstanceColumns =
        """
        i.partition, i.key, i.id, i.name, i.version, i.status, i.generation, i.held, i.owed, i.custom_status, i.created,
        i.ended, i.parent
        """;

    /// <summary>A page of instances; <paramref name="conditions"/> are joined by "and".</summary>
    public string Query(IReadOnlyList<string> conditions, bool withPayloads) =>
        $"{Snapshots(withPayloads)} where {All(conditions)} order by i.created, i.id limit $1";

    public string Count(IReadOnlyList<string> conditions) =>
        $"select count(*) from {Hub}.instances i where {All(conditions)}";

    /// <summary>A page of entities; <paramref name="conditions"/> are joined by "and".</summary>
    public string QueryEntities(IReadOnlyList<string> conditions, bool withState) =>
        $"""
        select partition, id, name, key, {(withState ? "state" : "null::text")}, holder, request, last
        from {Hub}.entities where {All(conditions)} order by name, key limit $1
        """;

    private static string All(IReadOnlyList<string> conditions) =>
        conditions.Count == 0 ? "true" : string.Join(" and ", conditions);

    /// <summary>Instances, the time of their last history row, and the events of their first and last one.</summary>
    private string Snapshots(bool withPayloads) =>
        $"""
        select {InstanceColumns}, l.at, {(withPayloads ? "f.events, l.events" : "null::text, null::text")}
        from {Hub}.instances i
        left join lateral (
            select h.at, h.events from {Hub}.history h where h.key = i.key and h.generation = i.generation
            order by h.turn desc, h.part desc limit 1) l on true
        {(withPayloads ? First() : "")}
        """;

    private string First() =>
        $"""
        left join lateral (
            select h.events from {Hub}.history h where h.key = i.key and h.generation = i.generation
            order by h.turn, h.part limit 1) f on true
        """;
}
