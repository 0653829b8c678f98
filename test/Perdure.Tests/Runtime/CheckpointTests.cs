using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.Stores;
using Perdure.Runtime.Streams;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Checkpoints that operators look at and move.</summary>
public abstract class CheckpointTests(Setup setup) : HubTests(setup)
{
    private const string Group = "$default";

    /// <summary>What ran to its end.</summary>
    private readonly ConcurrentQueue<string> _ran = [];

    private IStreamAdminClient Admin => Hub.Provider.GetRequiredService<IStreamAdminClient>();

    private int One => int.Parse(Hub.Host.Node.Streams.LogFor("events", "one").Split('/')[^1]);

    [Fact]
    public async Task Streams_and_groups_are_shown_with_what_is_not_done_and_why()
    {
        Code.Events = _ => throw new InvalidOperationException("no");
        await AppendAsync("a", "b");
        await Hub.UntilAsync(async () => (await CheckpointAsync()).Failures == 1);
        (await Admin.ListAsync()).Select(s => (s.Name, s.Partitions)).ShouldBe([("events", 4)]);
        StreamDescription stream = (await Admin.GetAsync("EVENTS"))!;
        stream.Partitions[One].ShouldBe(new StreamPartition(One, 0, 2));
        (await Admin.GetAsync("none")).ShouldBeNull();

        ConsumerGroup group = (await Admin.ListGroupsAsync("events")).ShouldHaveSingleItem();
        (group.Name, group.FunctionName, group.Lag).ShouldBe((Group, "Events", 2));
        group.Checkpoints.Select(c => c.PartitionId).ShouldBe([0, 1, 2, 3]);
        group.Checkpoints.Where(c => c.PartitionId != One).ShouldAllBe(c => c.Lag == 0 && c.OldestEventAt == null);
        Checkpoint checkpoint = group.Checkpoints[One];
        (checkpoint.SequenceNumber, checkpoint.NextSequenceNumber, checkpoint.Lag, checkpoint.IsHeld)
            .ShouldBe((0, 2, 2, false));
        checkpoint.LastFailure!.ErrorMessage.ShouldBe("no");
        DateTimeOffset now = Hub.Clock.GetUtcNow();
        checkpoint.OldestEventAt!.Value.ShouldBeInRange(now - TimeSpan.FromMinutes(1), now);
        checkpoint.NextRetryAt!.Value.ShouldBeInRange(now + TimeSpan.FromMinutes(9), now + TimeSpan.FromMinutes(10));

        (await Admin.ResumeAsync("events", Group)).ShouldBe(1, "the retry that is waited for comes now");
        await Hub.UntilAsync(async () => (await CheckpointAsync()).Failures == 2);
        (await Admin.ResumeAsync("events", Group, skip: true)).ShouldBe(0);
    }

    [Fact]
    public async Task A_checkpoint_is_set_to_a_place_and_stays_there_when_the_process_dies()
    {
        Code.Events = Ran;
        await AppendAsync("a", "b", "c");
        Hub.Clock.Skip(TimeSpan.FromHours(1));
        DateTimeOffset later = Hub.Clock.GetUtcNow();
        await AppendAsync("d", "e");
        await RanAsync("a b c d e");

        await Admin.SetCheckpointAsync("Events", "$Default", StreamPosition.Earliest);
        await RanAsync("a b c d e");
        await Admin.SetCheckpointAsync("events", Group, StreamPosition.FromEnqueuedTime(later));
        await RanAsync("d e");
        await Admin.SetCheckpointAsync("events", Group, StreamPosition.FromSequenceNumber(2), One);
        await RanAsync("c d e");
        await Admin.SetCheckpointAsync("events", Group, StreamPosition.FromSequenceNumber(5), One);

        TaskCompletionSource never = new();
        Code.Events = async _ =>
        {
            await never.Task;
            return BatchResult.Ok;
        };
        await Admin.SetCheckpointAsync("events", Group, StreamPosition.FromSequenceNumber(3), One);
        await Hub.DieAsync();
        Code.Events = Ran;
        await Hub.StartAsync();
        await RanAsync("d e");
        await AppendAsync("f");
        await RanAsync("f");
    }

    [Fact]
    public async Task A_checkpoint_at_the_end_leaves_out_what_is_there()
    {
        Code.Events = _ => throw new InvalidOperationException("no");
        await AppendAsync("a", "b");
        await Hub.UntilAsync(async () => (await CheckpointAsync()).Failures == 1);
        Code.Events = Ran;
        await Admin.SetCheckpointAsync("events", Group, StreamPosition.Latest);
        await AppendAsync("c");
        await RanAsync("c");
        (await CheckpointAsync()).Failures.ShouldBe(0);
    }

    [Fact]
    public async Task A_checkpoint_is_set_behind_the_batch_that_runs_and_that_cannot_move_it_any_more()
    {
        TaskCompletionSource begun = new(), goesOn = new();
        Code.Events = async call =>
        {
            begun.TrySetResult();
            await goesOn.Task;
            return await Ran(call);
        };
        await AppendAsync("a", "b");
        await begun.Task;
        Task set = Admin.SetCheckpointAsync("events", Group, StreamPosition.FromSequenceNumber(1), One);
        await Hub.UntilAsync(() => Hub.Host.Node.PartitionOf(Log).Waits(Log) == 1);
        set.IsCompleted.ShouldBeFalse();
        (await CheckpointAsync()).SequenceNumber.ShouldBe(0);
        goesOn.SetResult();
        await set;
        await RanAsync("a b b");
    }

    [Fact]
    public async Task What_waits_for_the_end_of_a_batch_is_done_by_the_next_process_or_not_at_all()
    {
        TaskCompletionSource begun = new(), never = new();
        Code.Events = async _ =>
        {
            begun.TrySetResult();
            await never.Task;
            return BatchResult.Ok;
        };
        await AppendAsync("a", "b");
        await begun.Task;
        Task set = Admin.SetCheckpointAsync("events", Group, StreamPosition.Latest);
        await Hub.UntilAsync(() => Hub.Host.Node.PartitionOf(Log).Waits(Log) == 1);
        await Hub.DieAsync();
        Code.Events = Ran;
        await Hub.StartAsync();
        await RanAsync("a b");
        set.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_not_there_is_refused_with_what_there_is()
    {
        Code.Events = Ran;
        await AppendAsync("a", "b");
        await RanAsync("a b");
        await RefusedAsync(3, One, $"3 is beyond the end of partition {One} of 'events': its next event is 2. Choose");
        await RefusedAsync(1, null, "no partition is named");
        await RefusedAsync(1, 4, "'events' has no partition 4: they are 0 to 3");
        (await Should.ThrowAsync<ArgumentException>(
            Admin.SetCheckpointAsync("events", "nobody", StreamPosition.Earliest))).Message
            .ShouldContain("No consumer group 'nobody' has begun to read 'events'");
        (await Should.ThrowAsync<ArgumentException>(
            Admin.SetCheckpointAsync("none", Group, StreamPosition.Earliest))).Message
            .ShouldContain("no stream 'none'. Known: events");
        (await Should.ThrowAsync<InvalidOperationException>(Admin.DeleteGroupAsync("events", Group))).Message
            .ShouldContain("has a function");
        (await CheckpointAsync()).SequenceNumber.ShouldBe(2);
    }

    [Fact]
    public async Task Events_that_a_checkpoint_has_come_back_to_are_kept_and_what_is_deleted_is_refused()
    {
        Code.Events = Ran;
        await AppendAsync("a", "b");
        await AppendAsync("c");
        await RanAsync("a b c");
        TaskCompletionSource goesOn = new();
        Code.Events = async call =>
        {
            await goesOn.Task;
            return await Ran(call);
        };
        await Admin.SetCheckpointAsync("events", Group, StreamPosition.Earliest);
        // From here on rounds of the engine's own may come as well.
        Hub.Clock.Skip(TimeSpan.FromDays(8));
        await TrimAsync();
        (await Admin.GetAsync("events"))!.Partitions[One].BeginningSequenceNumber.ShouldBe(0);
        goesOn.SetResult();
        await RanAsync("a b c");
        await Hub.UntilAsync(async () => (await CheckpointAsync()).SequenceNumber == 3);
        await TrimAsync();
        await Hub.UntilAsync(
            async () => (await Admin.GetAsync("events"))!.Partitions[One].BeginningSequenceNumber == 2);
        await RefusedAsync(1, One, $"before the first event that is kept in partition {One} of 'events', which is 2");
        await Admin.SetCheckpointAsync("events", Group, StreamPosition.Earliest);
        await RanAsync("c");
    }

    [Fact]
    public async Task A_group_whose_function_is_gone_keeps_events_until_it_is_forgotten()
    {
        Hub.ChecksReplay = false;
        Code.Events = _ => throw new InvalidOperationException("no");
        await AppendAsync("a");
        await Hub.UntilAsync(async () => (await CheckpointAsync()).Failures == 1);
        await Hub.StopAsync();
        Hub.Functions = [typeof(CodeFunctions.MainFunction)];
        await Hub.StartAsync(o => o.Streams.Named["events"] = new StreamShape());
        await AppendAsync("b");
        Hub.Clock.Skip(TimeSpan.FromDays(8));
        await TrimAsync();
        (await Admin.GetAsync("events"))!.Partitions[One].BeginningSequenceNumber.ShouldBe(0);
        (await Admin.ListGroupsAsync("events")).ShouldHaveSingleItem().FunctionName.ShouldBeNull();
        await Should.ThrowAsync<ArgumentException>(Admin.ResumeAsync("events", "other"));
        (await Admin.ResumeAsync("events", Group)).ShouldBe(1, "it waited for a retry");

        await Admin.OnBehalfOf("Ada").DeleteGroupAsync("events", Group);
        (await Admin.ListGroupsAsync("events")).ShouldBeEmpty();
        await Hub.UntilAsync(() => Hub.Log.All.Any(
            l => l.Text.Contains("forgotten the consumer group $default, as Ada wanted", StringComparison.Ordinal)));
        await TrimAsync();
        await Hub.UntilAsync(
            async () => (await Admin.GetAsync("events"))!.Partitions[One].BeginningSequenceNumber == 1);
        await Hub.CrashAsync();
        (await Admin.ListGroupsAsync("events")).ShouldBeEmpty();
        await Should.ThrowAsync<ArgumentException>(Admin.DeleteGroupAsync("events", Group));
    }

    private string Log => Hub.Host.Node.Streams.LogFor("events", "one");

    private Task<BatchResult> Ran(EventsCall call)
    {
        foreach (string one in call.Events)
            _ran.Enqueue(one);
        return Task.FromResult(BatchResult.Ok);
    }

    /// <summary>Until these have run, and no others.</summary>
    private async Task RanAsync(string events)
    {
        int count = events.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        await Hub.UntilAsync(() => _ran.Count >= count);
        await Hub.UntilAsync(async () => (await Admin.ListGroupsAsync("events")).All(g => g.Lag == 0));
        string.Join(' ', _ran).ShouldBe(events);
        _ran.Clear();
    }

    private Task AppendAsync(params string[] events) =>
        Hub.Streams.AppendAsync("events", events.Select(e => new StreamEntry(e) { PartitionKey = "one" }));

    /// <summary>Every group has one in every partition as soon as something has run there.</summary>
    private async Task<Checkpoint> CheckpointAsync()
    {
        IReadOnlyList<Checkpoint> checkpoints = [];
        await Hub.UntilAsync(async () =>
        {
            checkpoints = [.. (await Admin.ListGroupsAsync("events")).SelectMany(g => g.Checkpoints)];
            return checkpoints.Any(c => c.PartitionId == One);
        });
        return checkpoints.Single(c => c.PartitionId == One);
    }

    private async Task RefusedAsync(long number, int? partition, string message) =>
        (await Should.ThrowAsync<ArgumentException>(Admin.SetCheckpointAsync(
            "events", Group, StreamPosition.FromSequenceNumber(number), partition))).Message.ShouldContain(message);

    private Task TrimAsync() => new StreamRetention(Hub.Host.Node).RoundAsync(default);
}

public sealed class CheckpointsOnMemory() : CheckpointTests(Setup.Memory);
public sealed class CheckpointsOnSqlite() : CheckpointTests(Setup.Sqlite);
