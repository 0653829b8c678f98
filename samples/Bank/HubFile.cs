using System.Globalization;
using System.Text.Json;
using SQLitePCL;

/// <summary>What the file of the hub says at one moment.</summary>
/// <param name="Held">The sum of all balances.</param>
/// <param name="Deposits">What waiting messages will add to it.</param>
/// <param name="Withdrawals">What waiting messages will take from it.</param>
/// <param name="Locked">Accounts that are locked.</param>
/// <param name="Messages">Messages that wait.</param>
/// <param name="Overdrawn">Accounts that hold less than nothing.</param>
/// <param name="Ended">Transfers that have ended.</param>
public sealed record HubRecord(
    long Held, long Deposits, long Withdrawals, long Locked, long Messages, long Overdrawn, long Ended)
{
    /// <summary>What the balances come to when nothing is on the way any more.</summary>
    public long Sum => Held + Deposits - Withdrawals;
}

/// <summary>
/// The hub, read with nothing but SQL. Reading does no harm, whether or not somebody has the hub open.
/// </summary>
public static class HubFile
{
    // 20 is the kind of the messages that are operations of entities.
    private const string Sums =
        """
        with waiting(operation, euros) as materialized
            (select cast(body as text) ->> '$.operation', cast(body as text) ->> '$.input'
             from messages where kind = 20)
        select
            (select coalesce(sum(state ->> '$.Euros'), 0) from entities),
            (select coalesce(sum(euros), 0) from waiting where operation = 'Deposit'),
            (select coalesce(sum(euros), 0) from waiting where operation = 'Withdraw'),
            (select count(*) from entities where holder is not null),
            (select count(*) from messages),
            (select count(*) from entities where state ->> '$.Euros' < 0),
            (select count(*) from instances where name = 'Move' and ended is not null)
        """;

    private const string PlanOfOpening =
        "select input from history_events where instance_id = 'opening' and event_type = 'ExecutionStarted'";

    public static HubRecord Read(string path)
    {
        string?[] row = Query(path, Sums)!;
        long[] n = [.. row.Select(v => long.Parse(v!, CultureInfo.InvariantCulture))];
        return new HubRecord(n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
    }

    /// <summary>The plan of the run that this file is of; null when there was none.</summary>
    public static Plan? ReadPlan(string path) =>
        File.Exists(path) && Query(path, PlanOfOpening) is [{ } json] ? JsonSerializer.Deserialize<Plan>(json) : null;

    /// <summary>The first row as text, or null.</summary>
    private static string?[]? Query(string path, string sql)
    {
        Batteries_V2.Init();
        Check(raw.sqlite3_open_v2(path, out sqlite3 db, raw.SQLITE_OPEN_READONLY, null), db);
        using (db)
        {
            raw.sqlite3_busy_timeout(db, 5_000);
            Check(raw.sqlite3_prepare_v2(db, sql, out sqlite3_stmt statement), db);
            using (statement)
            {
                int code = raw.sqlite3_step(statement);
                if (code == raw.SQLITE_DONE)
                    return null;
                Check(code == raw.SQLITE_ROW ? raw.SQLITE_OK : code, db);
                return [.. Enumerable.Range(0, raw.sqlite3_column_count(statement))
                    .Select(i => raw.sqlite3_column_text(statement, i).utf8_to_string())];
            }
        }
    }

    private static void Check(int code, sqlite3 db)
    {
        if (code != raw.SQLITE_OK)
            throw new InvalidOperationException($"The hub cannot be read: {raw.sqlite3_errmsg(db).utf8_to_string()}");
    }
}
