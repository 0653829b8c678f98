namespace Perdure.Sqlite;

/// <summary>The SQL of what was put aside.</summary>
internal static class DeadLetterSql
{
    private const string Columns =
        "partition, number, source, function, event, line, class, fingerprint, state, at";

    public const string Insert =
        $"insert into dead_letters ({Columns}, record) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

    /// <summary>The record stays when none is given.</summary>
    public const string Update =
        """
        update dead_letters set state = ?3, record = coalesce(?4, record) where partition = ?1 and number = ?2
        """;

    public const string Change =
        "update dead_letters set state = ?4 where partition = ?1 and number = ?2 and state = ?3";

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
        select {Columns}, {(withRecords ? "record" : "''")} from dead_letters
        where {(conditions.Count == 0 ? "true" : string.Join(" and ", conditions))}
        order by at, partition, number limit ?1
        """;
}
