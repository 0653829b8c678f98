namespace Perdure.PostgreSql;

/// <summary>The SQL of streams.</summary>
/// <param name="hub">The schema, quoted.</param>
internal sealed class StreamSql(string hub)
{
    public string Insert { get; } =
        $"insert into {hub}.streams (name, partitions, created) values ($1, $2, $3) on conflict (name) do nothing";

    public string Read { get; } = $"select name, partitions, created from {hub}.streams where name = $1";

    public string ReadAll { get; } = $"select name, partitions, created from {hub}.streams order by name";

    public string InsertBlocks { get; } =
        $"""
        insert into {hub}.blocks (partition, log, first, count, at, body)
        select * from unnest($1::int[], $2::text[], $3::bigint[], $4::int[], $5::bigint[], $6::bytea[])
        """;

    public string Trim { get; } =
        $"""
        delete from {hub}.blocks b using unnest($1::int[], $2::text[], $3::bigint[]) t(partition, log, before)
        where b.partition = t.partition and b.log = t.log and b.first + b.count <= t.before
        """;

    public string UpsertReaders { get; } =
        $"""
        insert into {hub}.readers (partition, log, name, position, at, state)
        select * from unnest($1::int[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[])
        on conflict (partition, log, name)
        do update set position = excluded.position, at = excluded.at, state = excluded.state
        """;

    public string ReadReaders { get; } =
        $"""
        select partition, log, name, position, at, state from {hub}.readers
        where log >= $1 and log < $2 order by log, name
        """;

    public string DeleteReaders { get; } =
        $"""
        delete from {hub}.readers r using unnest($1::int[], $2::text[], $3::text[]) g(partition, log, name)
        where r.partition = g.partition and r.log = g.log and r.name = g.name
        """;

    /// <summary>The readers, each with the ends of the log; one row without a reader when there is none.</summary>
    public string ReadLog { get; } =
        $"""
        select ends.first, ends.last, r.name, r.position, r.at, r.state from (
            select
                (select first from {hub}.blocks where partition = $1 and log = $2 order by first limit 1) as first,
                (select first + count from {hub}.blocks
                    where partition = $1 and log = $2 order by first desc limit 1) as last) ends
        left join {hub}.readers r on r.partition = $1 and r.log = $2
        order by r.name
        """;

    /// <summary>
    /// Blocks do not overlap, so the last one that begins before the number is the only one to look at. A block has one
    /// event at least, so more than so many blocks are never wanted.
    /// </summary>
    public string ReadBlocks { get; } =
        $"""
        select first, count, at, body from (
            select first, count, at, body,
                sum(count) over (order by first) as so_far, row_number() over (order by first) as place
            from (
                select first, count, at, body from {hub}.blocks
                where partition = $1 and log = $2 and first + count > $3 and first >= coalesce((
                    select first from {hub}.blocks
                    where partition = $1 and log = $2 and first <= $3 order by first desc limit 1), 0)
                order by first limit $4) few) counted
        where place = 1 or so_far <= $4
        order by first
        """;

    public string Find { get; } =
        $"""
        select coalesce(
            (select first from {hub}.blocks where partition = $1 and log = $2 and at >= $3 order by first limit 1),
            (select first + count from {hub}.blocks where partition = $1 and log = $2 order by first desc limit 1),
            0)
        """;
}
