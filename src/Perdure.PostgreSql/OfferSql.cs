namespace Perdure.PostgreSql;

/// <summary>The SQL of work for other nodes.</summary>
internal sealed class OfferSql
{
    /// <summary>In the order in which <see cref="Reads.RowReader"/> takes them.</summary>
    private const string Columns = "partition, number, key, generation, target, code, tasks, body, node";

    private const string OfOffer =
        "o.partition, o.number, o.key, o.generation, o.target, o.code, o.tasks, o.body, o.node";

    /// <param name="hub">The schema, quoted.</param>
    public OfferSql(string hub)
    {
        Delete =
            $"""
            delete from {hub}.offers o using unnest($1::int[], $2::bigint[]) g(partition, number)
            where o.partition = g.partition and o.number = g.number
            """;
        Insert =
            $"""
            insert into {hub}.offers (partition, number, key, generation, target, code, tasks, body, node)
            select * from unnest($1::int[], $2::bigint[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::text[],
                $8::text[], $9::bigint[])
            """;
        Read =
            $"select {Columns} from {hub}.offers where partition = $1 order by number";
        // What another node is claiming at this moment is passed over.
        Claim =
            $"""
            with free as (
                select partition, number from {hub}.offers where node = 0 and code = any($1::text[])
                order by number limit $2 for update skip locked)
            update {hub}.offers o set node = $3 from free f
            where o.partition = f.partition and o.number = f.number
            returning {OfOffer}
            """;
        ReadClaims = $"select partition, number from {hub}.offers where node = $1 and node <> 0";
        GiveBack =
            $"""
            update {hub}.offers o set node = 0, body = case when $4 and o.tasks <> '' then 'true' else o.body end
            from unnest($1::int[], $2::bigint[]) g(partition, number)
            where o.partition = g.partition and o.number = g.number and o.node = $3
            """;
    }

    public string Delete { get; }
    public string Insert { get; }
    public string Read { get; }
    public string Claim { get; }
    public string ReadClaims { get; }
    public string GiveBack { get; }
}
