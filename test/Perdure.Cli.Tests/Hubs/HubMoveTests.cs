using Perdure.Cli.Hubs;
using Perdure.Cli.Tests.Support;
using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Moves;
using Perdure.PostgreSql.Moves;
using Perdure.Sqlite;
using Perdure.Sqlite.Moves;

namespace Perdure.Cli.Tests.Hubs;

/// <summary>What a move does to the rows, and what is left when it does not come to its end.</summary>
public sealed class HubMoveTests : IAsyncLifetime
{
    private Places _places = null!;

    public async ValueTask InitializeAsync() => _places = await Places.CreateAsync();

    public ValueTask DisposeAsync() => _places.DisposeAsync();

    [Theory]
    [InlineData(1, 4, 32)]
    [InlineData(2, 1, 32)]
    [InlineData(3, 3, 3)]
    public async Task A_hub_goes_to_the_database_and_back_with_every_row_as_it_was(int seed, int before, int after)
    {
        (string first, string last, string schema) =
            (_places.NewFile("first"), _places.NewFile("last"), _places.NewSchema());
        RandomHub hub = new(seed, instances: 3_000, before);
        await hub.WriteAsync(first);
        string[] rows = Dump(first);

        await Shell.MustAsync("hub", "move", "--from", first, "--to", _places.Connection, "--schema", schema);
        await Shell.MustAsync("hub", "move", "--from", _places.Connection, "--schema", schema, "--to", last);

        Dump(last).ShouldBe(rows);
        Places.File(last, "select id, partitions from hub").ShouldBe($"hub-of-the-test|{after}");
        Places.File(last, "select cast(secret as text) from hub").ShouldBe("what nobody is to know about it.");
        // The numbers of nodes go on, and every epoch is above the largest that there was.
        Places.File(last, "select seq from sqlite_sequence where name = 'nodes'").ShouldBe("9");
        int largest = (int)hub.Shape.Partitions.Max(p => p.Epoch);
        int[] epochs = [.. Places.File(last, "select epoch from partitions").Split('\n').Select(int.Parse)];
        epochs.Length.ShouldBe(after);
        epochs.ShouldAllBe(e => e >= largest);
        Placed(last, "select id, partition from instances", after);
        Placed(last, "select id, partition from entities", after);
        Placed(last, "select target, partition from messages", after);
        Placed(last, "select target, partition from timers", after);
        Placed(last, "select i.id, h.partition from history h join instances i on i.key = h.key", after);
        Placed(last, "select i.id, t.partition from tasks t join instances i on i.key = t.key", after);
        Placed(last, $"select '{hub.Suspect}', partition from tasks where key < 0", after);
        // What was not released is still not released, wherever its instances went.
        Places.File(last, "select distinct id % 4 from partitions where dirty = 1 and owner = 8 and unclean = 2")
            .ShouldBe(before == 4 ? "1" : before == 3 ? "1" : "");
    }

    [Fact]
    public async Task Partitions_are_split_as_asked_but_never_merged()
    {
        string file = _places.NewFile();
        await new RandomHub(seed: 4, instances: 100, partitions: 4).WriteAsync(file);

        Said merged = await Shell.RunAsync(
            "hub", "move", "--from", file, "--to", _places.NewFile("b"), "--partitions", "6");
        merged.Code.ShouldBe(ExitCode.No);
        merged.Error.ShouldContain("has 4 partitions and cannot get 6");
        merged.Error.ShouldContain("4, 8, 12");
        await Shell.MustAsync("hub", "move", "--from", file, "--to", _places.NewFile("c"), "--partitions", "8");

        await using SqliteStore store = new(new() { Path = _places.NewFile("c") });
        (await store.OpenAsync(0, default)).Partitions.ShouldBe(8);
    }

    [Fact]
    public async Task A_trial_says_what_there_is_and_changes_nothing()
    {
        (string file, string schema) = (_places.NewFile(), _places.NewSchema());
        await new RandomHub(seed: 5, instances: 100, partitions: 4).WriteAsync(file);

        Said said = await Shell.MustAsync(
            "hub", "move", "--from", file, "--to", _places.Connection, "--schema", schema, "--dry-run");

        said.Output.ShouldContain("Partitions: 4 become 32.");
        said.Output.ShouldContain("Nothing was changed.");
        (await _places.DatabaseAsync($"select count(*) from pg_namespace where nspname = '{schema}'")).ShouldBe("0");
        await using SqliteStore store = new(new() { Path = file });
        await store.OpenAsync(0, default);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task What_ends_a_move_early_leaves_the_source_open_and_no_target(bool toDatabase, bool isLoss)
    {
        (string file, string other, string schema) = (_places.NewFile(), _places.NewFile("b"), _places.NewSchema());
        await new RandomHub(seed: 6, instances: 500, partitions: 4).WriteAsync(file);
        if (!toDatabase)
            await Shell.MustAsync("hub", "move", "--from", file, "--to", _places.Connection, "--schema", schema);
        using CancellationTokenSource stop = new();
        await using IHubSource source =
            toDatabase ? new SqliteSource(file) : new PostgreSqlSource(_places.Connection, schema);
        await using IHubTarget target =
            toDatabase ? new PostgreSqlTarget(_places.Connection, schema) : new SqliteTarget(other);
        // It loses a row of the timers, or somebody cancels in the middle of them.
        BadTarget bad = new(target, "timers", isLoss ? null : stop.Cancel);

        Task move = new HubMove(source, bad, TimeProvider.System).RunAsync(stop.Token);
        if (isLoss)
            (await Should.ThrowAsync<StoreException>(move)).Message.ShouldContain("The table timers is not the same");
        else
            await Should.ThrowAsync<OperationCanceledException>(move);
        await source.DisposeAsync();

        if (toDatabase)
        {
            (await _places.DatabaseAsync($"select count(*) from pg_namespace where nspname = '{schema}'"))
                .ShouldBe("0");
            await using SqliteStore store = new(new() { Path = file });
            await store.OpenAsync(0, default);
        }
        else
        {
            Directory.GetFiles(_places.Directory, "b.db*").Select(Path.GetFileName).ShouldBe(["b.db.owner"]);
            await Shell.MustAsync("hub", "move", "--from", _places.Connection, "--schema", schema, "--to", other);
        }
    }

    [Fact]
    public async Task When_nobody_knows_whether_the_target_is_complete_the_source_stays_closed()
    {
        (string file, string schema) = (_places.NewFile(), _places.NewSchema());
        await new RandomHub(seed: 10, instances: 50, partitions: 4).WriteAsync(file);
        await using (SqliteSource source = new(file))
        {
            await using PostgreSqlTarget target = new(_places.Connection, schema);
            BadTarget bad = new(target, "none", null) { LosesTheEnd = true };
            (await Should.ThrowAsync<MoveOutcomeUnknownException>(
                () => new HubMove(source, bad, TimeProvider.System).RunAsync(default)))
                .Message.ShouldContain("Look whether the hub is in the schema");
        }

        await using SqliteStore store = new(new() { Path = file });
        (await Should.ThrowAsync<StoreException>(() => store.OpenAsync(0, default).AsTask()))
            .Message.ShouldContain("is being moved to");
        (await Shell.RunAsync("schema", "check", "--to", _places.Connection, "--schema", schema))
            .Code.ShouldBe(ExitCode.Done);
    }

    [Fact]
    public async Task A_row_in_the_wrong_partition_is_found_before_anything_is_made_of_it()
    {
        string file = _places.NewFile();
        await new RandomHub(seed: 7, instances: 100, partitions: 4).WriteAsync(file);
        Places.File(
            file,
            "update timers set partition = (partition + 1) % 4 where number = (select min(number) from timers)");

        Said said = await Shell.RunAsync("hub", "move", "--from", file, "--to", _places.NewFile("b"));

        said.Code.ShouldBe(ExitCode.No);
        said.Error.ShouldContain("the table timers");
        said.Error.ShouldContain("damaged");
    }

    private static void Placed(string file, string sql, int partitions)
    {
        foreach (string line in Places.File(file, sql).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int bar = line.LastIndexOf('|');
            int.Parse(line.AsSpan(bar + 1)).ShouldBe(InstanceIds.Partition(line[..bar], partitions), line);
        }
    }

    /// <summary>All rows of all tables as SQLite quotes them, without the partitions.</summary>
    private static string[] Dump(string file) =>
    [
        .. HubTables.All.SelectMany(table =>
        {
            IEnumerable<string> columns = table.Columns
                .Where(c => c.Kind != ColumnKind.Partition).Select(c => $"hex({c.Name}) || typeof({c.Name})");
            return Places.File(file, $"select {string.Join(", ", columns)} from {table.Name}").Split('\n')
                .Order(StringComparer.Ordinal).Select(line => $"{table.Name}: {line}");
        }),
    ];
}
