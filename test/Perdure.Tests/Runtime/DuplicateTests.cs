using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.Stores;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Events that are sent twice with one id are appended once.</summary>
public abstract class DuplicateTests(Setup setup) : HubTests(setup)
{
    private readonly ConcurrentQueue<string> _ran = [];

    [Fact]
    public async Task An_event_that_is_sent_again_with_its_id_is_there_already()
    {
        Code.Events = Ran;
        (await AppendAsync("a", "1", "2")).ShouldBe(["1", "2"]);
        (await AppendAsync("a", "2", "3", "3")).ShouldBe(["2", "3", "3"], "nobody gets an error");
        (await AppendAsync("a", "1", "2", "3")).ShouldBe(["1", "2", "3"]);
        await AppendAsync("a", "4");
        await Hub.UntilAsync(() => _ran.Contains("4"));
        _ran.ShouldBe(["1", "2", "3", "4"]);
    }

    [Fact]
    public async Task The_next_process_knows_it_too()
    {
        Code.Events = Ran;
        await AppendAsync("a", "1", "2");
        await DieAsync();
        await AppendAsync("a", "2", "3");
        await DieAsync();
        await AppendAsync("a", "1", "4");
        await Hub.UntilAsync(() => _ran.Contains("4"));
        _ran.ShouldBe(["1", "2", "3", "4"]);
    }

    [Fact]
    public async Task It_is_remembered_for_a_while()
    {
        Code.Events = Ran;
        await AppendAsync("a", "1");
        Hub.Clock.Skip(TimeSpan.FromMinutes(9));
        await AppendAsync("a", "1");
        Hub.Clock.Skip(TimeSpan.FromMinutes(2));
        await AppendAsync("a", "1");
        await DieAsync();
        await AppendAsync("a", "1", "2");
        await Hub.UntilAsync(() => _ran.Contains("2"));
        _ran.ShouldBe(["1", "1", "2"]);
    }

    [Fact]
    public async Task A_stream_need_not_remember()
    {
        await Hub.StopAsync();
        await Hub.StartAsync(o => o.Streams.Named["events"] = new StreamShape { DuplicateWindow = TimeSpan.Zero });
        Code.Events = Ran;
        await AppendAsync("a", "1", "1");
        await AppendAsync("a", "1", "2");
        await Hub.UntilAsync(() => _ran.Contains("2"));
        _ran.ShouldBe(["1", "1", "1", "2"]);
    }

    [Fact]
    public async Task Without_a_key_it_goes_where_it_was()
    {
        Code.Events = Ran;
        for (int i = 0; i < 20; i++)
            await AppendAsync(null, "1", "2", "3");
        for (int i = 0; i < 8; i++)
            await AppendAsync(null, $"after {i}");
        await Hub.UntilAsync(() => _ran.Count(e => e.StartsWith("after", StringComparison.Ordinal)) == 8);
        _ran.Where(e => e.Length == 1).Order().ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public async Task Many_senders_of_one_event_append_it_once()
    {
        Code.Events = Ran;
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => AppendAsync("a", $"{i % 5}")));
        await AppendAsync("a", "end");
        await Hub.UntilAsync(() => _ran.Contains("end"));
        _ran.Order().ShouldBe(["0", "1", "2", "3", "4", "end"]);
    }

    [Fact]
    public async Task What_the_store_has_refused_is_not_there()
    {
        Code.Events = Ran;
        await AppendAsync("a", "0");
        Hub.Store.Instead = batch => batch.Turns.Any(t => t.InsertBlocks is { Count: > 0 })
            ? new(CommitOutcome.Refused) { Detail = "I do not like this" }
            : null;
        Task[] refused = [AppendAsync("a", "1"), AppendAsync("a", "1"), AppendAsync("a", "0", "1")];
        foreach (Task one in refused)
            (await Should.ThrowAsync<InvalidOperationException>(one)).Message.ShouldContain("I do not like this");
        Hub.Store.Instead = null;
        await AppendAsync("a", "1", "2");
        await Hub.UntilAsync(() => _ran.Contains("2"));
        _ran.ShouldBe(["0", "1", "2"]);
    }

    /// <summary>The process dies when what it has is done: what is not runs once more in the next one.</summary>
    private async Task DieAsync()
    {
        IStreamAdminClient admin = Hub.Provider.GetRequiredService<IStreamAdminClient>();
        await Hub.UntilAsync(async () => (await admin.ListGroupsAsync("events")) is [{ Lag: 0 }]);
        await Hub.CrashAsync();
    }

    private async Task<IReadOnlyList<string>> AppendAsync(string? key, params string[] ids) =>
        await Hub.Streams.AppendAsync(
            "events", ids.Select(id => new StreamEntry(id) { PartitionKey = key, EventId = id }));

    private Task<BatchResult> Ran(EventsCall call)
    {
        foreach (string e in call.Events)
            _ran.Enqueue(e);
        return Task.FromResult(BatchResult.Ok);
    }
}

public sealed class DuplicatesOnMemory() : DuplicateTests(Setup.Memory);
public sealed class DuplicatesOnSqlite() : DuplicateTests(Setup.Sqlite);
