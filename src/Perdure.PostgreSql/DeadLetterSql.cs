namespace Perdure.PostgreSql;

/// <summary>The SQL of what was put aside.</summary>
internal sealed class DeadLetterSql
{
    private const string Columns =
        "partition, number, source, function, event, line, class, fingerprint, state, at";

    private readonly string _hub;

    /// <param name="hub">The schema, quoted.</param>
    /// <param name="missed">What ends a commit when something that must exist does not.</param>
    public DeadLetterSql(string hub, string missed)
    {
        _hub = hub;
        Insert =
            $"""
            insert into {hub}.dead_letters ({Columns}, record, changed)
            select *, at from unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[],
                $8::text[], $9::int[], $10::bigint[], $11::text[]) given({Columns}, record)
            """;
        Update =
            $"""
            with given(partition, number, state, record, at, entry, successor, place) as (
                select * from unnest(
                    $1::int[], $2::bigint[], $3::int[], $4::text[], $5::bigint[], $6::text[], $7::bigint[])
                    with ordinality),
            gone as (
                update {hub}.dead_letters d
                set state = g.state, record = coalesce(g.record, d.record), changed = g.at, trail = d.trail || g.entry,
                    successor = coalesce(g.successor, d.successor)
                from given g
                where d.partition = g.partition and d.number = g.number
                returning d.partition, d.number)
            {missed}
            """;
        Change =
            $"""
            update {hub}.dead_letters d
            set state = case when $4 < 0 then d.state else $4 end,
                changed = case when $4 < 0 then d.changed else $5 end,
                trail = d.trail || $6
            from unnest($1::int[], $2::bigint[]) g(partition, number)
            where d.partition = g.partition and d.number = g.number and ($3 < 0 or d.state = $3)
            returning d.partition, d.number
            """;
        Revise =
            $"""
            with replaced as (
                update {hub}.dead_letters set state = $4, changed = $5, trail = trail || $6, successor = $8
                where partition = $1 and number = $2 and state = $3
                returning partition)
            insert into {hub}.dead_letters ({Columns}, record, changed)
            select $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $5 from replaced
            """;
        Delete =
            $"""
            delete from {hub}.dead_letters where (partition, number) in (
                select d.partition, d.number from {hub}.dead_letters d
                where d.state in (3, 4, 5) and d.changed <= $1 and (d.state <> 5 or not exists (
                    select 1 from {hub}.dead_letters s where s.partition = d.partition and s.number = d.successor))
                order by d.changed, d.partition, d.number limit $2)
            """;
    }

    public string Insert { get; }

    /// <summary>The last one of a batch counts; the record stays when none is given.</summary>
    public string Update { get; }

    /// <summary>A state of −1 is any before, and the one that it has afterwards.</summary>
    public string Change { get; }

    public string Revise { get; }

    public string Delete { get; }

    /// <summary>Groups, the largest first.</summary>
    public string Group(IReadOnlyList<string> conditions) =>
        $"""
        select fingerprint, source, function, count(*), min(at), max(at) from {_hub}.dead_letters
        where {(conditions.Count == 0 ? "true" : string.Join(" and ", conditions))}
        group by 1, 2, 3 order by 4 desc, 1, 2, 3 limit $1
        """;

    /// <summary>A page; <paramref name="conditions"/> are joined by "and".</summary>
    public string Query(IReadOnlyList<string> conditions, bool withRecords) =>
        $"""
        select {Columns}, {(withRecords ? "record" : "''")}, changed, trail, successor from {_hub}.dead_letters
        where {(conditions.Count == 0 ? "true" : string.Join(" and ", conditions))}
        order by at, partition, number limit $1
        """;
}
