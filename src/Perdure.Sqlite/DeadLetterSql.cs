namespace Perdure.Sqlite;

/// <summary>The SQL of what was put aside.</summary>
internal static class DeadLetterSql
{
    private const string Columns =
        "partition, number, source, function, event, line, class, fingerprint, state, at";

    public const string Insert =
        $"""
        insert into dead_letters ({Columns}, record, changed)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, coalesce(?12, ?10))
        """;

    /// <summary>The record stays when none is given.</summary>
    public const string Update =
        """
        update dead_letters set state = ?3, record = coalesce(?4, record), changed = ?5, trail = trail || ?6,
            successor = coalesce(?7, successor)
        where partition = ?1 and number = ?2
        """;

    /// <summary>A state of −1 is any before, and the one that it has afterwards.</summary>
    public const string Change =
        """
        update dead_letters
        set state = iif(?4 < 0, state, ?4), changed = iif(?4 < 0, changed, ?5), trail = trail || ?6,
            successor = coalesce(?7, successor)
        where partition = ?1 and number = ?2 and (?3 < 0 or state = ?3)
        """;

    public const string Delete =
        """
        delete from dead_letters where (partition, number) in (
            select d.partition, d.number from dead_letters d
            where d.state in (3, 4, 5) and d.changed <= ?1 and (d.state <> 5 or not exists (
                select 1 from dead_letters s where s.partition = d.partition and s.number = d.successor))
            order by d.changed, d.partition, d.number limit ?2)
        """;

    /// <summary>Groups, the largest first.</summary>
    public static string Group(IReadOnlyList<string> conditions) =>
        $"""
        select fingerprint, source, function, count(*), min(at), max(at) from dead_letters
        where {(conditions.Count == 0 ? "true" : string.Join(" and ", conditions))}
        group by 1, 2, 3 order by 4 desc, 1, 2, 3 limit ?1
        """;

    /// <summary>A page; <paramref name="conditions"/> are joined by "and".</summary>
    public static string Query(IReadOnlyList<string> conditions, bool withRecords) =>
        $"""
        select {Columns}, {(withRecords ? "record" : "''")}, changed, trail, successor from dead_letters
        where {(conditions.Count == 0 ? "true" : string.Join(" and ", conditions))}
        order by at, partition, number limit ?1
        """;
}
