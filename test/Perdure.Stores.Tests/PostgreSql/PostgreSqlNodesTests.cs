using Npgsql;
using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.PostgreSql;

namespace Perdure.Stores.Tests;

/// <summary>What only several nodes on one database can show.</summary>
public sealed class PostgreSqlNodesTests : IAsyncLifetime
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);

    private PostgreSqlDisk _disk = null!;
    private IStore _first = null!, _second = null!;
    private HubInfo _one = null!, _two = null!;

    public async ValueTask InitializeAsync()
    {
        _disk = await PostgreSqlDisk.CreateAsync();
        (_first, _second) = (_disk.NewStore(), _disk.NewStore());
        _one = await _first.OpenAsync(Node.Day, default);
        _two = await _second.OpenAsync(Node.Day, default);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _disk.DisposeAsync();
    }

    [Fact]
    public void Nodes_know_the_same_secret() => _two.Secret.ShouldBe(_one.Secret);

    [Fact]
    public async Task A_schema_of_the_first_version_is_upgraded_and_gets_a_secret()
    {
        await using PostgreSqlDisk disk = await PostgreSqlDisk.CreateAsync();
        await disk.RunAsync($"create schema {disk.Schema}");
        await disk.RunAsync(Migration("0001-hub.sql").Replace("@hub", disk.Schema, StringComparison.Ordinal));
        await disk.RunAsync(
            """
            insert into hub (schema, id, partitions) values (1, 'old', 4);
            insert into partitions (id) select generate_series(0, 3)
            """);

        await using IStore store = disk.NewStore();
        HubInfo hub = await store.OpenAsync(Node.Day, default);

        hub.HubId.ShouldBe("old");
        hub.Secret.Bytes.Length.ShouldBe(HubSecret.Length);
        (await disk.RunAsync("select schema from hub")).ShouldBe($"{HubSchema.Newest}");
        // As an administrator does who wants all links to be void.
        await disk.RunAsync("update hub set secret = default");
        await using IStore next = disk.NewStore();
        (await next.OpenAsync(Node.Day, default)).Secret.ShouldNotBe(hub.Secret);

        static string Migration(string name)
        {
            using StreamReader text = new(typeof(PostgreSqlStore).Assembly
                .GetManifestResourceStream($"Perdure.PostgreSql.Migrations.{name}")!);
            return text.ReadToEnd();
        }
    }

    [Fact]
    public async Task Nodes_see_each_other_and_what_each_owns()
    {
        await _first.RenewAsync(s_lease, true, ["activity A"], default);
        await _second.OpenPartitionAsync(1, 0, default);
        ClusterView view = await _second.RenewAsync(s_lease, false, [], default);

        view.Nodes.Select(n => (n.Node, n.Runs)).ShouldBe([(_one.Node, true), (_two.Node, false)]);
        view.Nodes.ShouldAllBe(n => n.Expires > view.Now + 10_000 && n.Expires <= view.Now + 15_000);
        view.Partitions.Select(p => p.Owner).ShouldBe([0, _two.Node, 0, 0]);
    }

    [Fact]
    public async Task An_offer_is_claimed_once_by_a_node_that_has_the_code_and_can_be_given_back()
    {
        await OfferAsync(Enumerable.Range(1, 5).Select(n => Offer(n, n == 2 ? "activity B" : "activity A")));

        IReadOnlyList<OfferRow> first = await _first.ClaimAsync(["activity A"], 2, default);
        IReadOnlyList<OfferRow> second = await _second.ClaimAsync(["activity A", "activity C"], 10, default);

        first.Select(o => o.Key.Number).Order().ShouldBe([1, 3]);
        first.ShouldAllBe(o => o.Node == _one.Node && o.Target == "i");
        second.Select(o => o.Key.Number).Order().ShouldBe([4, 5]);
        (await _first.ReadClaimsAsync(default)).Select(k => k.Number).Order().ShouldBe([1, 3]);
        (await _second.ReadOffersAsync(1, default)).Select(o => o.Node)
            .ShouldBe([_one.Node, 0, _one.Node, _two.Node, _two.Node]);

        await _first.GiveBackAsync([new(1, 3), new(1, 4)], false, default);
        (await _second.ClaimAsync(["activity A"], 10, default)).Select(o => o.Key.Number)
            .ShouldBe([3], "what another node has claimed is not given back");
    }

    [Fact]
    public async Task Nodes_that_claim_at_once_get_each_offer_once()
    {
        await OfferAsync(Enumerable.Range(1, 200).Select(n => Offer(n, "activity A")));

        IReadOnlyList<OfferRow>[] claimed = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(i => (i % 2 == 0 ? _first : _second).ClaimAsync(["activity A"], 15, default).AsTask()));

        long[] numbers = [.. claimed.SelectMany(c => c).Select(o => o.Key.Number)];
        numbers.Distinct().Count().ShouldBe(numbers.Length);
        numbers.Length.ShouldBe(200);
    }

    private static OfferRow Offer(long number, string code) => new(new(1, number), new(5, 0), "i", code);

    private async Task OfferAsync(IEnumerable<OfferRow> offers)
    {
        long epoch = (await _first.OpenPartitionAsync(1, 0, default))!.Epoch;
        CommitResult result = await _first.CommitAsync(new Batch
        {
            Node = _one.Node,
            Lane = 0,
            Number = 1,
            At = Node.Day,
            Fences = [new(1, epoch)],
            Turns = [new() { Partition = 1, InsertOffers = [.. offers] }],
        });
        result.Outcome.ShouldBe(CommitOutcome.Committed, result.Detail);
    }

    [Fact]
    public async Task Many_nodes_that_start_at_once_make_the_schema_once()
    {
        await using PostgreSqlDisk fresh = await PostgreSqlDisk.CreateAsync();
        IStore[] stores = [.. Enumerable.Range(0, 8).Select(_ => fresh.NewStore())];

        HubInfo[] hubs = await Task.WhenAll(stores.Select(s => s.OpenAsync(Node.Day, default).AsTask()));

        hubs.Select(h => h.HubId).Distinct().Count().ShouldBe(1);
        hubs.Select(h => h.Node).Distinct().Count().ShouldBe(8);
        foreach (IStore store in stores)
            await store.DisposeAsync();
    }

    [Fact]
    public async Task Of_many_that_want_a_partition_one_gets_it()
    {
        PartitionOpening?[] openings = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(i => (i % 2 == 0 ? _first : _second).OpenPartitionAsync(0, 0, default).AsTask()));

        openings.OfType<PartitionOpening>().ShouldHaveSingleItem().Epoch.ShouldBe(1);
    }

    [Fact]
    public async Task A_commit_of_the_former_owner_is_fenced_whole_even_if_one_of_its_partitions_is_still_its_own()
    {
        long kept = (await _first.OpenPartitionAsync(0, 0, default))!.Epoch;
        long lost = (await _first.OpenPartitionAsync(1, 0, default))!.Epoch;
        await _second.OpenPartitionAsync(1, lost, default);

        CommitResult result = await _first.CommitAsync(new Batch
        {
            Node = _one.Node,
            Lane = 0,
            Number = 1,
            At = Node.Day,
            Fences = [new(0, kept), new(1, lost)],
            Turns = [new() { Partition = 0, InsertMessages = [Node.Message(0, 1, 1)] }],
        });

        (result.Outcome, result.Partitions.ShouldHaveSingleItem()).ShouldBe((CommitOutcome.Fenced, 1));
        (await _second.ReadMessagesAsync(0, 0, 0, 10, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_node_that_stopped_in_the_middle_of_a_commit_is_put_out_when_its_lease_has_run_out()
    {
        long seen = (await _first.OpenPartitionAsync(0, 0, default))!.Epoch;
        // As a node that is stopped with SIGSTOP between the statements of a batch: the row stays locked.
        string session = await _disk.RunAsync($"select session from nodes where node = {_one.Node}");
        await using NpgsqlConnection stopped =
            new($"{_disk.ConnectionString};Application Name={session};Pooling=false");
        await stopped.OpenAsync();
        await using NpgsqlTransaction transaction = await stopped.BeginTransactionAsync();
        await using NpgsqlCommand fence = new(
            $"select epoch from {_disk.Schema}.partitions where id = 0 for share", stopped);
        await fence.ExecuteScalarAsync();
        await _disk.RunAsync($"update nodes set expires = 0 where node = {_one.Node}");

        PartitionOpening? taken = await _second.OpenPartitionAsync(0, seen, default);

        taken!.Epoch.ShouldBe(seen + 1);
        await Should.ThrowAsync<NpgsqlException>(fence.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_schema_of_a_newer_build_is_refused_and_left_as_it_is()
    {
        await _disk.RunAsync("update hub set schema = 999");
        await using IStore store = _disk.NewStore();

        StoreException failure = await Should.ThrowAsync<StoreException>(() => store.OpenAsync(0, default).AsTask());

        failure.Message.ShouldContain("999");
        failure.Message.ShouldContain("newer build");
        (await _disk.RunAsync("select schema from hub")).ShouldBe("999");
    }

    [Fact]
    public async Task Another_count_of_partitions_is_refused()
    {
        await using PostgreSqlStore store = new(new()
        {
            ConnectionString = _disk.ConnectionString, Schema = _disk.Schema, Partitions = 32,
        });

        StoreException failure = await Should.ThrowAsync<StoreException>(() => store.OpenAsync(0, default).AsTask());

        failure.Message.ShouldContain("has 4 partitions, but 32 were");
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_named()
    {
        await using PostgreSqlStore store = new(new() { ConnectionString = "Host=127.0.0.1;Port=1;Username=nobody" });

        StoreException failure = await Should.ThrowAsync<StoreException>(() => store.OpenAsync(0, default).AsTask());

        failure.Message.ShouldContain("127.0.0.1:1");
    }
}
