namespace Perdure.PostgreSql;

/// <summary>The SQL of what was put aside.</summary>
internal sealed class DeadLetterSql
{
    private const string Columns =
        "partition, number, source, function, event, line, class, fingerprint, state, at";

    private readonly string _hub;

    /// <param name="hub">The schema, quoted.</param>
    public DeadLetterSql(string hub)
    {
        _hub = hub;
        Insert =
            $"""
            insert into {hub}.dead_letters ({Columns}, record)
            select * from unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[],
                $8::text[], $9::int[], $10::bigint[], $11::text[])
            """;
    }

    public string Insert { get; }

    /// <summary>A page; <paramref name="conditions"/> are joined by "and".</summary>
    public string Query(IReadOnlyList<string> conditions, bool withRecords) =>
        $"""
        select {Columns}, {(withRecords ? "record" : "''")} from {_hub}.dead_letters
        where {(conditions.Count == 0 ? "true" : string.Join(" and ", conditions))}
        order by at, partition, number limit $1
        """;
}
