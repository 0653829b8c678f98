namespace Perdure.Sqlite;

/// <summary>The SQL of what functions have used, and of how much waits for them.</summary>
internal static class UsageSql
{
    public const string Add =
        """
        insert into usage (minute, function, trigger, version, node, executions, succeeded, failed, retried,
            dead_lettered, billed_ms, wall_us, memory_mb_ms)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        on conflict (minute, function, trigger, version, node) do update set
            executions = executions + excluded.executions, succeeded = succeeded + excluded.succeeded,
            failed = failed + excluded.failed, retried = retried + excluded.retried,
            dead_lettered = dead_lettered + excluded.dead_lettered, billed_ms = billed_ms + excluded.billed_ms,
            wall_us = wall_us + excluded.wall_us, memory_mb_ms = memory_mb_ms + excluded.memory_mb_ms
        """;

    public const string Delete =
        """
        delete from usage where minute < ?1 and minute < (select min(minute) from usage) + 3600000
        """;

    public const string Backlog =
        """
        select partition, target, origin, count(*), min(number) from messages where kind = ?1
        group by partition, target, origin order by partition, target, origin
        """;

    public static string Sum(UsageGrouping by)
    {
        string group = by switch
        {
            UsageGrouping.Function => "function",
            UsageGrouping.Trigger => "trigger",
            _ => "cast(minute - minute % 86400000 as text)",
        };
        return
            $"""
            select {group}, sum(executions), sum(succeeded), sum(failed), sum(retried), sum(dead_lettered),
                sum(billed_ms), sum(wall_us), sum(memory_mb_ms)
            from usage where minute >= ?1 and minute < ?2 group by 1 order by 1
            """;
    }
}
