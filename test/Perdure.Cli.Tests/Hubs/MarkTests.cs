using Perdure.Cli.Tests.Support;
using Perdure.Core.Partitions;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Moves;
using Perdure.PostgreSql;
using Perdure.PostgreSql.Moves;
using Perdure.Sqlite;
using Perdure.Sqlite.Moves;

namespace Perdure.Cli.Tests.Hubs;

/// <summary>A hub is in one place: not moved while somebody has it, and not opened where it no longer is.</summary>
public sealed class MarkTests : IAsyncLifetime
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);

    private Places _places = null!;
    private string _file = "", _other = "", _schema = "";

    public async ValueTask InitializeAsync()
    {
        _places = await Places.CreateAsync();
        (_file, _other, _schema) = (_places.NewFile(), _places.NewFile("other"), _places.NewSchema());
        await new RandomHub(seed: 8, instances: 100, partitions: 4).WriteAsync(_file);
    }

    public ValueTask DisposeAsync() => _places.DisposeAsync();

    [Fact]
    public async Task A_file_that_a_host_has_open_is_not_moved()
    {
        await using IStore store = NewStore(_file);
        await store.OpenAsync(0, default);

        Said said = await ToDatabaseAsync();

        said.Code.ShouldBe(ExitCode.No);
        said.Error.ShouldContain($"in use by process {Environment.ProcessId}");
    }

    [Fact]
    public async Task A_schema_with_a_node_that_lives_is_not_moved()
    {
        (await ToDatabaseAsync()).Code.ShouldBe(ExitCode.Done);
        await using IStore store = NewStore();
        await store.OpenAsync(0, default);
        await store.RenewAsync(s_lease, true, ["activity A"], default);

        Said said = await ToFileAsync();

        said.Code.ShouldBe(ExitCode.No);
        said.Error.ShouldContain("in use by 1 node(s)");
        await store.RenewAsync(s_lease, true, ["activity A"], default);
    }

    [Fact]
    public async Task A_hub_does_not_move_onto_another()
    {
        (await ToDatabaseAsync()).Code.ShouldBe(ExitCode.Done);
        await new RandomHub(seed: 9, instances: 10, partitions: 4).WriteAsync(_other);

        (await Shell.RunAsync("hub", "move", "--from", _other, "--to", _places.Connection, "--schema", _schema))
            .Error.ShouldContain("There is a task hub in the schema");
        (await ToFileAsync()).Error.ShouldContain("exists. A hub moves to a file that does not exist yet");

        await using IStore source = NewStore();
        await source.OpenAsync(0, default);
        await using IStore target = NewStore(_other);
        await target.OpenAsync(0, default);
    }

    [Fact]
    public async Task What_was_moved_is_not_opened_until_somebody_says_so()
    {
        (await ToDatabaseAsync()).Code.ShouldBe(ExitCode.Done);
        (await ToFileAsync()).Code.ShouldBe(ExitCode.Done);

        (await OpeningFailsAsync(NewStore(_file))).ShouldContain($"was moved to the schema \"{_schema}\"");
        (await OpeningFailsAsync(NewStore())).ShouldContain($"was moved to the file '{_other}'");
        (await ToDatabaseAsync()).Error.ShouldContain("was moved to");

        (await Shell.RunAsync("hub", "reopen", "--hub", _file)).Code.ShouldBe(ExitCode.Wrong);
        await Shell.MustAsync("hub", "reopen", "--hub", _file, "--yes");
        await Shell.MustAsync("hub", "reopen", "--hub", _places.Connection, "--schema", _schema, "--yes");
        foreach (IStore store in (IStore[])[NewStore(_file), NewStore()])
        {
            await store.OpenAsync(0, default);
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_move_that_was_killed_leaves_a_mark_that_says_so()
    {
        (await ToDatabaseAsync()).Code.ShouldBe(ExitCode.Done);
        await Shell.MustAsync("hub", "reopen", "--hub", _file, "--yes");
        HubMark mark = new(IsComplete: false, "somewhere", 0);
        await using (SqliteSource file = new(_file))
        {
            await file.OpenAsync(default);
            await file.BeginAsync(mark, default);
        }
        await using PostgreSqlSource database = new(_places.Connection, _schema);
        await database.OpenAsync(default);
        await database.BeginAsync(mark, default);

        string[] reopen = ["hub", "reopen", "--hub", _places.Connection, "--schema", _schema, "--yes"];
        (await Shell.RunAsync(reopen)).Error.ShouldContain("is running");
        await database.DisposeAsync();

        (await OpeningFailsAsync(NewStore(_file))).ShouldContain("is being moved to somewhere");
        (await OpeningFailsAsync(NewStore())).ShouldContain("is being moved to somewhere");
        (await ToFileAsync()).Error.ShouldContain("perdure hub reopen");
        await Shell.MustAsync(reopen);
        (await ToFileAsync()).Code.ShouldBe(ExitCode.Done);
    }

    [Fact]
    public async Task A_node_that_stood_still_while_its_hub_was_moved_writes_nothing_any_more()
    {
        (await ToDatabaseAsync()).Code.ShouldBe(ExitCode.Done);
        await using IStore store = NewStore();
        HubInfo hub = await store.OpenAsync(0, default);
        ClusterView view = await store.RenewAsync(s_lease, true, ["activity A"], default);
        long epoch = (await store.OpenPartitionAsync(0, view.Partitions[0].Epoch, default))!.Epoch;
        await _places.DatabaseAsync($"update {_schema}.nodes set expires = 0");
        string before = await _places.DatabaseAsync($"select count(*) from {_schema}.messages");

        (await ToFileAsync()).Code.ShouldBe(ExitCode.Done);

        CommitResult fenced = await store.CommitAsync(Batch(hub, 1, new PartitionEpoch(0, epoch)));
        fenced.Outcome.ShouldBe(CommitOutcome.Fenced);
        // As a request to another node, which needs no partition.
        CommitResult free = await store.CommitAsync(Batch(hub, 2));
        free.Outcome.ShouldBe(CommitOutcome.Refused);
        free.Detail.ShouldNotBeNull().ShouldContain(HubMark.Constraint);
        await Should.ThrowAsync<StoreException>(store.RenewAsync(s_lease, true, ["activity A"], default).AsTask());
        (await store.OpenPartitionAsync(1, view.Partitions[1].Epoch, default)).ShouldBeNull();
        (await _places.DatabaseAsync($"select count(*) from {_schema}.messages")).ShouldBe(before);
    }

    [Fact]
    public async Task Passwords_are_said_to_nobody()
    {
        const string Connection = "Host=127.0.0.1;Port=1;Timeout=1;Username=u;Database=d;Password=hunter2";
        Said unreachable = await Shell.RunAsync("hub", "move", "--from", _file, "--to", Connection);
        Said surplus = await Shell.RunAsync("hub", "move", "--from", _file, Connection);
        Said quoted = await Shell.RunAsync("schema", "check", "--to", "Host=x;Password=ab;hunter2=1");

        unreachable.Code.ShouldBe(ExitCode.No);
        unreachable.Error.ShouldContain("127.0.0.1:1");
        surplus.Code.ShouldBe(ExitCode.Wrong);
        quoted.Code.ShouldBe(ExitCode.Wrong);
        foreach (Said said in (Said[])[unreachable, surplus, quoted])
            said.All.ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task The_connection_may_come_from_the_environment()
    {
        Dictionary<string, string> environment = new() { ["PERDURE_CONNECTION"] = _places.Connection };

        (await Shell.RunAsync(environment, "hub", "move", "--from", _file, "--schema", _schema))
            .Code.ShouldBe(ExitCode.Done);
        (await Shell.RunAsync(environment, "schema", "check", "--schema", _schema)).Code.ShouldBe(ExitCode.Done);
        (await Shell.RunAsync("hub", "move")).Error.ShouldContain("PERDURE_CONNECTION");
    }

    private static Batch Batch(HubInfo hub, long number, params PartitionEpoch[] fences) => new()
    {
        Node = hub.Node,
        Lane = 0,
        Number = number,
        At = 0,
        Fences = fences,
        Turns =
        [
            new() { Partition = 0, InsertMessages = [new(new(0, 1L << 33, number), "late", 3, "[]"u8.ToArray())] },
        ],
    };

    private static SqliteStore NewStore(string file) => new(new() { Path = file });

    private PostgreSqlStore NewStore() =>
        new(new() { ConnectionString = _places.Connection, Schema = _schema });

    private static async Task<string> OpeningFailsAsync(IStore store)
    {
        await using (store)
            return (await Should.ThrowAsync<StoreException>(() => store.OpenAsync(0, default).AsTask())).Message;
    }

    private Task<Said> ToDatabaseAsync() =>
        Shell.RunAsync("hub", "move", "--from", _file, "--to", _places.Connection, "--schema", _schema);

    private Task<Said> ToFileAsync() =>
        Shell.RunAsync("hub", "move", "--from", _places.Connection, "--schema", _schema, "--to", _other);
}
