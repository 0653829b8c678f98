namespace Perdure.Sqlite;

/// <summary>The SQL of streams.</summary>
internal static class StreamSql
{
    public const string Insert =
        "insert into streams (name, partitions, created) values (?1, ?2, ?3) on conflict (name) do nothing";

    public const string Read = "select name, partitions, created from streams where name = ?1";

    public const string ReadAll = "select name, partitions, created from streams order by name";

    public const string InsertBlock =
        "insert into blocks (partition, log, first, count, at, body) values (?1, ?2, ?3, ?4, ?5, ?6)";

    public const string Trim = "delete from blocks where partition = ?1 and log = ?2 and first + count <= ?3";

    public const string UpsertReader =
        """
        insert into readers (partition, log, name, position, at, state) values (?1, ?2, ?3, ?4, ?5, ?6)
        on conflict (partition, log, name)
        do update set position = excluded.position, at = excluded.at, state = excluded.state
        """;

    public const string DeleteReader = "delete from readers where partition = ?1 and log = ?2 and name = ?3";

    public const string ReadStart =
        "select first from blocks where partition = ?1 and log = ?2 order by first limit 1";

    public const string ReadEnd =
        "select first + count from blocks where partition = ?1 and log = ?2 order by first desc limit 1";

    public const string ReadReaders =
        "select name, position, at, state from readers where partition = ?1 and log = ?2 order by name";

    public const string ReadReadersOf =
        """
        select partition, log, name, position, at, state from readers
        where log >= ?1 and log < ?2 order by log, name
        """;

    /// <summary>
    /// Blocks do not overlap, so the last one that begins before the number is the only one to look at.
    /// </summary>
    public const string ReadBlocks =
        """
        select first, count, at, body from blocks
        where partition = ?1 and log = ?2 and first >= coalesce((
            select first from blocks where partition = ?1 and log = ?2 and first <= ?3 order by first desc limit 1), 0)
        order by first
        """;

    public const string Find =
        "select first from blocks where partition = ?1 and log = ?2 and at >= ?3 order by first limit 1";
}
