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
            insert into {hub}.dead_letters ({Columns}, record)
            select * from unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[],
                $8::text[], $9::int[], $10::bigint[], $11::text[])
            """;
        Update =
            $"""
            with given(partition, number, state, record, place) as (
                select * from unnest($1::int[], $2::bigint[], $3::int[], $4::text[]) with ordinality),
            gone as (
                update {hub}.dead_letters d set state = g.state, record = coalesce(g.record, d.record) from given g
                where d.partition = g.partition and d.number = g.number
                returning d.partition, d.number)
            {missed}
            """;
        Change =
            $"""
            update {hub}.dead_letters d set state = $4 from unnest($1::int[], $2::bigint[]) g(partition, number)
            where d.partition = g.partition and d.number = g.number and d.state = $3
            returning d.partition, d.number
            """;
    }

    public string Insert { get; }

    /// <summary>The last one of a batch counts; the record stays when none is given.</summary>
    public string Update { get; }

    public string Change { get; }

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
        select {Columns}, {(withRecords ? "record" : "''")} from {_hub}.dead_letters
        where {(conditions.Count == 0 ? "true" : string.Join(" and ", conditions))}
        order by at, partition, number limit $1
        """;
}
