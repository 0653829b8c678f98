using Perdure.Core.Stores;

namespace Perdure.Stores.Tests;

/// <summary>
/// The view that makes <c>sqlite3</c> or <c>psql</c> enough to read a history as Durable Functions prints it.
/// </summary>
public abstract class HistoryViewTests : IAsyncLifetime
{
    private Disk _disk = null!;
    private Node _node = null!;

    private protected abstract Task<Disk> NewDiskAsync();

    private protected abstract Task<string> PrintAsync(Disk disk, string sql);

    public async ValueTask InitializeAsync()
    {
        _disk = await NewDiskAsync();
        _node = await Node.OpenAsync(_disk);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _node.DisposeAsync();
        await _disk.DisposeAsync();
    }

    [Fact]
    public async Task HelloCities_prints_as_the_documentation_prints_it()
    {
        await WriteAsync(
            """[{"type":"OrchestratorStarted","at":1700000000001},{"type":"ExecutionStarted","name":"HelloCities","execution":"eaee885b"},{"type":"TaskScheduled","task":0,"name":"SayHello","input":"Tokyo"}]""",
            """[{"type":"OrchestratorStarted","at":1700000000012},{"type":"TaskCompleted","task":0,"result":"Hello Tokyo!"},{"type":"TaskScheduled","task":1,"name":"SayHello","input":"Seattle"}]""",
            """[{"type":"OrchestratorStarted","at":1700000000020},{"type":"TaskCompleted","task":1,"result":"Hello Seattle!"},{"type":"TaskScheduled","task":2,"name":"SayHello","input":"London"}]""",
            """[{"type":"OrchestratorStarted","at":1700000059999},{"type":"TaskCompleted","task":2,"result":"Hello London!"},{"type":"ExecutionCompleted","status":"Completed","result":["Hello Tokyo!","Hello Seattle!","Hello London!"]}]""");

        (await PrintAsync("select * from history_events where instance_id = 'a'")).ShouldBe(
            """
            a|ExecutionStarted|2023-11-14T22:13:20.000Z|null|HelloCities||
            a|OrchestratorStarted|2023-11-14T22:13:20.001Z||||
            a|TaskScheduled|2023-11-14T22:13:20.000Z|"Tokyo"|SayHello||
            a|OrchestratorCompleted|2023-11-14T22:13:20.000Z||||
            a|TaskCompleted|2023-11-14T22:13:20.010Z|||"Hello Tokyo!"|
            a|OrchestratorStarted|2023-11-14T22:13:20.012Z||||
            a|TaskScheduled|2023-11-14T22:13:20.010Z|"Seattle"|SayHello||
            a|OrchestratorCompleted|2023-11-14T22:13:20.010Z||||
            a|TaskCompleted|2023-11-14T22:13:20.020Z|||"Hello Seattle!"|
            a|OrchestratorStarted|2023-11-14T22:13:20.020Z||||
            a|TaskScheduled|2023-11-14T22:13:20.020Z|"London"|SayHello||
            a|OrchestratorCompleted|2023-11-14T22:13:20.020Z||||
            a|TaskCompleted|2023-11-14T22:13:20.030Z|||"Hello London!"|
            a|OrchestratorStarted|2023-11-14T22:14:19.999Z||||
            a|OrchestratorCompleted|2023-11-14T22:13:20.030Z||||
            a|ExecutionCompleted|2023-11-14T22:13:20.030Z|||["Hello Tokyo!","Hello Seattle!","Hello London!"]|Completed
            """);
    }

    [Fact]
    public async Task Recorded_turns_wide_turns_failures_and_odd_characters_print_too()
    {
        var row = _node.Instance("a") with { Generation = 2 };
        await _node.MustCommitAsync(new TurnRows { Partition = 0, InsertInstance = row, History = Node.History(row with { Generation = 1 }, 0, """[{"type":"EventRaised","name":"earlier"}]""") });
        await _node.MustCommitAsync(
            Turn(row, 0, """[{"type":"ExecutionStarted","name":"H","input":{"a":"\u0000"}},{"type":"ExecutionSuspended","reason":"lunch"}]"""),
            Turn(row, 1, """[{"type":"EventRaised","name":"Go","input":1.50}]"""),
            new TurnRows
            {
                Partition = 0,
                History = Node.History(row, 2, """[{"type":"OrchestratorStarted","at":1700000000020},{"type":"TimerFired","task":0},{"type":"SubOrchestrationInstanceCreated","task":1,"name":"Child","instance":"a:1"}]"""),
                HistoryParts = [Node.History(row, 2, """[{"type":"TaskFailed","task":9,"failure":{"type":"E","message":"m"}},{"type":"CustomStatusSet","value":"x"}]""", part: 1)],
            },
            Turn(row, 3, """[{"type":"ExecutionTerminated","reason":"enough"},{"type":"ExecutionCompleted","status":5}]"""));

        string printed = await PrintAsync(
            "select event_type, input, name, result, status from history_events where instance_id = 'a'");

        printed.ShouldBe(
            """
            ExecutionStarted|{"a":"\u0000"}|H||
            ExecutionSuspended|"lunch"|||
            EventRaised|1.50|Go||
            TimerFired||||
            TaskFailed|||{"type":"E","message":"m"}|
            OrchestratorStarted||||
            SubOrchestrationInstanceCreated||Child||
            CustomStatusSet|"x"|||
            OrchestratorCompleted||||
            ExecutionTerminated|"enough"|||
            ExecutionCompleted||||Terminated
            """);
    }

    [Fact]
    public async Task What_a_rewind_has_made_void_is_left_out()
    {
        await WriteAsync(
            """[{"type":"OrchestratorStarted","at":1700000000001},{"type":"ExecutionStarted","name":"H","execution":"ea"},{"type":"TaskScheduled","task":0,"name":"A"},{"type":"TaskScheduled","task":1,"name":"B"}]""",
            """[{"type":"OrchestratorStarted","at":1700000000002},{"type":"TaskFailed","task":0,"failure":{"type":"E","message":"m"}},{"type":"TaskScheduled","task":2,"name":"C"}]""",
            """[{"type":"EventRaised","name":"Go"},{"type":"TaskCompleted","task":2,"result":2}]""",
            """[{"type":"OrchestratorStarted","at":1700000000003},{"type":"TaskCompleted","task":1,"result":1},{"type":"TimerCreated","task":3,"fireAt":5,"number":1},{"type":"ExecutionCompleted","status":"Failed","failure":{"type":"E","message":"m"}}]""",
            """[{"type":"ExecutionRewound","reason":"mended","turn":1,"from":2,"next":4,"tasks":[0]}]""",
            """[{"type":"OrchestratorStarted","at":1700000000004},{"type":"TaskCompleted","task":0,"result":0},{"type":"TaskScheduled","task":4,"name":"C"}]""");

        string printed = await PrintAsync(
            "select event_type, input, name, result from history_events where instance_id = 'a'");

        printed.ShouldBe(
            """
            ExecutionStarted|null|H|
            OrchestratorStarted|||
            TaskScheduled||A|
            TaskScheduled||B|
            OrchestratorCompleted|||
            EventRaised||Go|
            TaskCompleted|||1
            ExecutionRewound|"mended"||
            TaskCompleted|||0
            OrchestratorStarted|||
            TaskScheduled||C|
            OrchestratorCompleted|||
            """);
    }

    private protected async Task WriteAsync(params string[] turns)
    {
        var row = _node.Instance("a");
        await _node.MustCommitAsync(Node.Insert(row));
        await _node.MustCommitAsync([.. turns.Select((events, turn) => Turn(row, turn, events))]);
    }

    private static TurnRows Turn(InstanceRow row, int turn, string events) =>
        new() { Partition = 0, History = Node.History(row, turn, events) };

    private protected Task<string> PrintAsync(string sql) => PrintAsync(_disk, sql);
}

public sealed class SqliteHistoryViewTests : HistoryViewTests
{
    private protected override Task<Disk> NewDiskAsync() => Task.FromResult<Disk>(new SqliteDisk());

    private protected override Task<string> PrintAsync(Disk disk, string sql) =>
        Task.FromResult(SqliteText.Run(((SqliteDisk)disk).File, sql));

    [Fact]
    public async Task One_history_is_found_by_its_keys_and_not_by_a_scan()
    {
        await WriteAsync("[]");

        string plan = await PrintAsync("explain query plan select * from history_events where instance_id = 'a'");

        plan.ShouldContain("SEARCH i USING INDEX instances_by_id (id=?)");
        plan.ShouldContain("SEARCH h USING INDEX history_by_turn (key=? AND generation=?)");
        plan.ShouldContain("SEARCH r USING INDEX history_rewinds (key=? AND generation=? AND turn>?)");
    }
}

public sealed class PostgreSqlHistoryViewTests : HistoryViewTests
{
    private protected override async Task<Disk> NewDiskAsync() => await PostgreSqlDisk.CreateAsync();

    private protected override Task<string> PrintAsync(Disk disk, string sql) => ((PostgreSqlDisk)disk).RunAsync(sql);

    [Fact]
    public async Task One_history_is_found_by_its_keys_and_not_by_a_scan()
    {
        await WriteAsync("[]");

        string plan = await PrintAsync(
            "set enable_seqscan = off; explain select * from history_events where instance_id = 'a'");

        plan.ShouldContain("Index Scan using instances_by_id on instances i");
        plan.ShouldContain("using history_pkey on history h", customMessage: plan);
        plan.ShouldContain("Index Scan on history_rewinds", customMessage: plan);
    }
}
