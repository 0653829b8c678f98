namespace Perdure.PostgreSql;

/// <summary>The SQL of what functions have used, and of how much waits for them.</summary>
/// <param name="hub">The schema, quoted.</param>
internal sealed class UsageSql(string hub)
{
    /// <summary>Each key once. The node is in the key, so no commit waits for one of another node here.</summary>
    public string Add { get; } =
        $"""
        insert into {hub}.usage as u (minute, function, trigger, version, node, executions, succeeded, failed, retried,
            dead_lettered, billed_ms, wall_us, memory_mb_ms)
        select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
            $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[])
        on conflict (minute, function, trigger, version, node) do update set
            executions = u.executions + excluded.executions, succeeded = u.succeeded + excluded.succeeded,
            failed = u.failed + excluded.failed, retried = u.retried + excluded.retried,
            dead_lettered = u.dead_lettered + excluded.dead_lettered, billed_ms = u.billed_ms + excluded.billed_ms,
            wall_us = u.wall_us + excluded.wall_us, memory_mb_ms = u.memory_mb_ms + excluded.memory_mb_ms
        """;

    public string Delete { get; } =
        $"delete from {hub}.usage where minute < $1 and minute < (select min(minute) from {hub}.usage) + 3600000";

    public string Backlog { get; } =
        $"""
        select partition, target, origin, count(*), min(number) from {hub}.messages where kind = $1
        group by partition, target, origin order by partition, target, origin
        """;

    public string Sum(UsageGrouping by)
    {
        string group = by switch
        {
            UsageGrouping.Function => "function",
            UsageGrouping.Trigger => "trigger",
            _ => "(minute - minute % 86400000)::text collate \"C\"",
        };
        return
            $"""
            select {group}, sum(executions)::bigint, sum(succeeded)::bigint, sum(failed)::bigint, sum(retried)::bigint,
                sum(dead_lettered)::bigint, sum(billed_ms)::bigint, sum(wall_us)::bigint, sum(memory_mb_ms)::bigint
            from {hub}.usage where minute >= $1 and minute < $2 group by 1 order by 1
            """;
    }
}
