using System.Collections.Concurrent;
using System.Diagnostics;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Spans of operations of entities: those of the senders, and below them those of the runs.</summary>
public abstract class EntitySpanTests : HubTests
{
    private readonly string _key = NewId("key");
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;

    protected EntitySpanTests(Setup setup) : base(setup) => _listener = new()
    {
        ShouldListenTo = source => source.Name == "Perdure",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        // Listeners hear all tests of the process.
        ActivityStopped = span =>
        {
            if (span.TagObjects.Any(tag => tag.Value is string text && text.Contains(_key, StringComparison.Ordinal)))
                _spans.Enqueue(span);
        },
    };

    private EntityId A => new("Thing", $"{_key}-a");

    private EntityId B => new("Thing", $"{_key}-b");

    public override ValueTask InitializeAsync()
    {
        ActivitySource.AddActivityListener(_listener);
        return base.InitializeAsync();
    }

    [Fact]
    public async Task A_signal_of_a_client_is_the_parent_of_its_run()
    {
        DateTime due = Hub.Clock.GetUtcNow().UtcDateTime.Date.AddDays(1);
        await Client.SignalEntityAsync(A, due, "Add", "one");
        await Hub.CrashAsync();
        Hub.Clock.Skip(TimeSpan.FromDays(1));
        Activity run = await OneAsync("Add", ActivityKind.Consumer);
        Activity signal = await OneAsync("Add", ActivityKind.Producer);
        (run.OperationName, run.TraceId, run.ParentSpanId).ShouldBe(
            ("entity:thing:Add", signal.TraceId, signal.SpanId));
        Tags(run).ShouldBe([
            ("durabletask.task.instance_id", A.ToString()), ("durabletask.task.operation", "signal_entity"),
            ("durabletask.type", "entity")]);
        Tags(signal)[..3].ShouldBe([
            ("durabletask.event.target_instance_id", A.ToString()), ("durabletask.task.operation", "signal_entity"),
            ("durabletask.task.scheduled_time", new DateTimeOffset(due).ToString("O"))]);
    }

    [Fact]
    public async Task Calls_and_signals_of_an_orchestration_have_one_span_each_over_replay_and_restart()
    {
        Code.Main = async c =>
        {
            await c.CallEntityAsync(A, "Add", "one");
            c.SignalEntity(B, "Get");
            await c.WaitForExternalEvent("go");
            return await c.CallEntityAsync<List<string>>(A, "Get");
        };
        string id = await Client.StartNewAsync("Main", $"{_key}-o");
        await OneAsync("Get", ActivityKind.Consumer);
        await Hub.CrashAsync();
        await Client.RaiseEventAsync(id, "go");
        await Hub.EndAsync(id);
        await Hub.UntilAsync(() => _spans.Any(s => s.OperationName == "orchestration:Main"));
        Activity main = _spans.Single(s => s.OperationName == "orchestration:Main");
        foreach ((string operation, ActivityKind sends, ActivityKind runs) in new[]
        {
            ("Add", ActivityKind.Client, ActivityKind.Server), ("Get", ActivityKind.Client, ActivityKind.Server),
            ("Get", ActivityKind.Producer, ActivityKind.Consumer),
        })
        {
            Activity sent = await OneAsync(operation, sends);
            Activity run = await OneAsync(operation, runs);
            sent.ParentSpanId.ShouldBe(main.SpanId);
            sent.GetTagItem("durabletask.task.instance_id").ShouldBe(id);
            (run.TraceId, run.ParentSpanId).ShouldBe((main.TraceId, sent.SpanId));
            (sent.Status, run.Status).ShouldBe((ActivityStatusCode.Unset, ActivityStatusCode.Unset));
        }
        _spans.Count.ShouldBe(8);
    }

    [Fact]
    public async Task What_an_operation_sends_is_below_its_run()
    {
        Code.Main = c => Task.FromResult<object?>(c.GetInput<string>());
        Code.Thing = c =>
        {
            if (c.OperationName == "Pass")
            {
                c.SignalEntity(B, "Add", "passed");
                c.StartNewOrchestration("Main", null, $"{_key}-o");
            }
            return Task.CompletedTask;
        };
        await Client.SignalEntityAsync(A, "Pass");
        Activity pass = await OneAsync("Pass", ActivityKind.Consumer);
        Activity add = await OneAsync("Add", ActivityKind.Producer);
        add.ParentSpanId.ShouldBe(pass.SpanId);
        add.GetTagItem("durabletask.task.instance_id").ShouldBe(A.ToString());
        (await OneAsync("Add", ActivityKind.Consumer)).ParentSpanId.ShouldBe(add.SpanId);
        await Hub.UntilAsync(() => _spans.Any(s => s.OperationName == "orchestration:Main"));
        Activity create = _spans.Single(s => s.OperationName == "create_orchestration:Main");
        create.ParentSpanId.ShouldBe(pass.SpanId);
        _spans.Single(s => s.OperationName == "orchestration:Main").ParentSpanId.ShouldBe(create.SpanId);
        _spans.Select(s => s.TraceId).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_failure_is_shown_by_the_run_and_by_the_call_and_what_it_asked_for_has_no_span()
    {
        Code.Main = async c =>
        {
            await Should.ThrowAsync<FunctionFailedException>(() => c.CallEntityAsync(A, "Fail"));
            return null;
        };
        await Client.StartNewAsync("Main", $"{_key}-o");
        await Hub.EndAsync($"{_key}-o");
        foreach (ActivityKind kind in new[] { ActivityKind.Client, ActivityKind.Server })
        {
            Activity span = await OneAsync("Fail", kind);
            (span.Status, span.StatusDescription).ShouldBe((ActivityStatusCode.Error, "It must not."));
        }
        _spans.ShouldNotContain(s => s.OperationName == "entity:thing:Add");
    }

    [Fact]
    public async Task The_span_of_a_run_is_the_current_one_of_its_code_and_of_nothing_else()
    {
        Activity? inside = null;
        Code.Thing = async c =>
        {
            await Task.Yield();
            inside = Activity.Current;
        };
        using Activity outer = new Activity("outer").Start();
        await Client.SignalEntityAsync(A, "Look");
        Activity.Current.ShouldBe(outer);
        (await OneAsync("Look", ActivityKind.Consumer)).ShouldBe(inside);
        (await OneAsync("Look", ActivityKind.Producer)).ParentSpanId.ShouldBe(outer.SpanId);
    }

    private async Task<Activity> OneAsync(string operation, ActivityKind kind)
    {
        Activity[] found = [];
        await Hub.UntilAsync(() =>
        {
            found = [.. _spans.Where(s => s.OperationName == $"entity:thing:{operation}" && s.Kind == kind)];
            return found.Length > 0;
        });
        return found.ShouldHaveSingleItem();
    }

    private static (string, string?)[] Tags(Activity span) =>
        [.. span.TagObjects.Select(tag => (tag.Key, tag.Value?.ToString())).OrderBy(tag => tag.Key)];
}

public sealed class EntitySpansOnMemory() : EntitySpanTests(Setup.Memory);
public sealed class EntitySpansOnSqliteCold() : EntitySpanTests(Setup.SqliteCold);
