using Npgsql;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.PostgreSql;

namespace Perdure.Stores.Tests;

/// <summary>
/// What a session keeps: statements that are parsed once, and plans that stay good while the tables grow.
/// </summary>
public sealed class PostgreSqlSessionsTests
{
    [Fact]
    public async Task Statements_are_prepared_and_nothing_is_discarded_between_two_uses()
    {
        NpgsqlConnectionStringBuilder text = await OfCommitsAsync("");

        text.MaxAutoPrepare.ShouldBeGreaterThan(0);
        text.NoResetOnClose.ShouldBeTrue();
        text.MaxPoolSize.ShouldBe(2);
    }

    [Fact]
    public async Task What_the_connection_string_says_counts()
    {
        NpgsqlConnectionStringBuilder text = await OfCommitsAsync(
            ";Max Auto Prepare=0;No Reset On Close=false;Maximum Pool Size=7");

        (text.MaxAutoPrepare, text.NoResetOnClose, text.MaxPoolSize).ShouldBe((0, false, 7));
    }

    [Fact]
    public async Task Plans_that_were_made_while_the_tables_were_empty_do_not_read_them_whole_later()
    {
        await using PostgreSqlDisk disk = await PostgreSqlDisk.CreateAsync();
        await using (Node node = await Node.OpenAsync(disk))
        {
            for (int batch = 1; batch <= 40; batch++)
            {
                InstanceRow[] rows = [.. Enumerable.Range(0, 50).Select(i => node.Instance($"i{batch}-{i}"))];
                await node.MustCommitAsync([.. rows.SelectMany(EndOf)]);
            }
        }

        // The server counts when a session ends, and says so a moment later.
        const string Counts = "select n_tup_upd, seq_tup_read from pg_stat_user_tables "
            + "where schemaname = current_schema() and relname = 'instances'";
        string[] counts;
        do
            counts = (await disk.RunAsync(Counts)).Split('|');
        while (counts[0] != "2000");
        int.Parse(counts[1]).ShouldBeLessThan(200);
    }

    private static IEnumerable<TurnRows> EndOf(InstanceRow row) =>
    [
        Node.Insert(row),
        new()
        {
            Partition = row.Partition,
            UpdateInstance = new(row.Partition, row.Key) { Status = InstanceStatus.Completed, Ended = Node.Day },
        },
    ];

    private static async Task<NpgsqlConnectionStringBuilder> OfCommitsAsync(string more)
    {
        await using Connections connections = new(
            new() { ConnectionString = $"Host=127.0.0.1;Username=nobody{more}" }, lanes: 1);
        return new NpgsqlConnectionStringBuilder(connections.Commits.ConnectionString);
    }
}
