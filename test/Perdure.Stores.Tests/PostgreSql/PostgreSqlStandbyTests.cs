using Perdure.Core.Stores;
using Perdure.PostgreSql;

namespace Perdure.Stores.Tests;

/// <summary>What is certain only when a synchronous standby has it.</summary>
public sealed class PostgreSqlStandbyTests
{
    [Fact]
    public async Task A_commit_that_the_server_did_not_wait_for_is_not_certain_before_the_standby_has_it()
    {
        await using PostgreSqlServer server = await PostgreSqlServer.StartAsync(durable: true);
        await using PostgreSqlStore store = new(new()
        {
            // The driver cancels what takes longer, and the server then commits without its standby.
            ConnectionString = server.ConnectionString + ";Command Timeout=1",
            Partitions = 4,
        });
        HubInfo hub = await store.OpenAsync(Node.Day, default);
        long epoch = (await store.OpenPartitionAsync(0, 0, default))!.Epoch;
        await server.AskAsync("alter system set synchronous_standby_names = 'one_that_is_away'");
        await server.AskAsync("select pg_reload_conf()");
        Batch batch = new()
        {
            Node = hub.Node,
            Lane = 0,
            Number = 1,
            At = Node.Day,
            Fences = [new(0, epoch)],
            Turns = [new() { Partition = 0, InsertMessages = [Node.Message(0, 1, 1)] }],
        };

        (await store.CommitAsync(batch)).Outcome.ShouldBe(CommitOutcome.Unknown);
        CommitResult asked = await store.ResolveAsync(batch);
        asked.Outcome.ShouldBe(CommitOutcome.Unknown, "it is written, and would not outlive the server");
        asked.Detail!.ShouldContain("synchronous replication");

        await server.AskAsync("alter system reset synchronous_standby_names");
        await server.AskAsync("select pg_reload_conf()");
        (await store.ResolveAsync(batch)).Outcome.ShouldBe(CommitOutcome.Committed);
        (await store.ReadMessagesAsync(0, 0, 0, 10, default)).ShouldHaveSingleItem();
    }
}
