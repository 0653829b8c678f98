namespace Perdure.PostgreSql;

/// <summary>The SQL of the table that has a row for each batch.</summary>
internal sealed class CommitSql
{
    public CommitSql(string hub)
    {
        // The last one of a node that may still come back is what its memory rests on, however old it is.
        Forget =
            $"""
            delete from {hub}.commits c where at < $1 and (
                not exists (select 1 from {hub}.nodes n where n.node = c.node)
                or exists (select 1 from {hub}.commits l where l.node = c.node and l.lane = c.lane and l.no > c.no))
            """;
        // By its session too: a restored database gives the numbers of its nodes again. A later batch will do for one
        // that was pruned, because it was written only where that one was.
        Check =
            $"""
            select {hub}.fail('{Sql.LostState}', case when n.node is null then '' else $4::text end)
            from (select 1) one left join {hub}.nodes n on n.node = $1 and n.session = $2
            where n.node is null or ($4::bigint > 0 and not exists (
                select 1 from {hub}.commits where node = $1 and lane = $3 and no >= $4))
            """;
        // What follows is planned once for a session, maybe while the tables are empty: a plan that reads them whole
        // would be kept while they grow. The settings end with the transaction, so that they are nobody else's.
        Insert =
            $"""
            insert into {hub}.commits (node, lane, no, at) values ($1, $2, $3, $4)
            returning set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
                set_config('enable_mergejoin', 'off', true)
            """;
        Find = $"select 1 from {hub}.commits where node = $1 and lane = $2 and no = $3";
        Prune =
            $"""
            delete from {hub}.commits where node = $1 and lane = $2 and at < $3 and no in
                (select no from {hub}.commits where node = $1 and lane = $2 order by no limit 4096)
            """;
    }

    public string Insert { get; }
    public string Find { get; }
    public string Prune { get; }
    public string Forget { get; }

    /// <summary>Fails if the database does not know the node, or lacks its last acknowledged batch.</summary>
    public string Check { get; }
}
