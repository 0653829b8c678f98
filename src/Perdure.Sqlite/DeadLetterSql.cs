namespace Perdure.Sqlite;

/// <summary>The SQL of what was put aside.</summary>
internal static class DeadLetterSql
{
    private const string Columns =
        "partition, number, source, function, event, line, class, fingerprint, state, at";

    public const string Insert =
        $"insert into dead_letters ({Columns}, record) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

    /// <summary>A page; <paramref name="conditions"/> are joined by "and".</summary>
    public static string Query(IReadOnlyList<string> conditions, bool withRecords) =>
        $"""
        select {Columns}, {(withRecords ? "record" : "''")} from dead_letters
        where {(conditions.Count == 0 ? "true" : string.Join(" and ", conditions))}
        order by at, partition, number limit ?1
        """;
}
