using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Core.Usage;

namespace Perdure.Stores.Tests;

/// <summary>What functions have used, and how much waits for them.</summary>
public abstract partial class StoreConformance
{
    private const long Minute = 60_000;
    private const long Today = Node.Day - (Node.Day % UsageKey.DayMs);

    private static readonly UsageKey s_usage = new(Today, "Ship", "queue", "1.0", 7);

    [Fact]
    public async Task Usage_adds_up_within_a_batch_and_over_batches()
    {
        UsageCounts counts = new()
        {
            Executions = 1,
            Succeeded = 2,
            Failed = 3,
            Retried = 4,
            DeadLettered = 5,
            BilledMs = 6,
            WallUs = 7,
            MemoryMbMs = long.MaxValue / 16,
        };
        await UseAsync((s_usage, counts), (s_usage, counts));
        await _node.MustCommitAsync(
            new TurnRows { Partition = 1, AddUsage = [new(s_usage, counts)] },
            new TurnRows { Partition = 2, AddUsage = [new(s_usage, counts), new(s_usage with { Node = 8 }, counts)] });
        await ReopenAsync();
        UsageSum sum = (await SumsAsync(UsageGrouping.Function)).ShouldHaveSingleItem();
        sum.ShouldBe(new("Ship", counts + counts + counts + counts + counts));
    }

    [Fact]
    public async Task Usage_is_added_up_by_function_trigger_and_day()
    {
        await UseAsync(
            (s_usage, Runs(1)), (s_usage with { Minute = Today + Minute, Version = "2.0" }, Runs(2)),
            (s_usage with { Function = "größe" }, Runs(4)), (s_usage with { Trigger = "activity" }, Runs(8)),
            (s_usage with { Minute = Today + UsageKey.DayMs, Node = 9 }, Runs(16)));
        (await SumsAsync(UsageGrouping.Function)).ShouldBe([new("Ship", Runs(27)), new("größe", Runs(4))]);
        (await SumsAsync(UsageGrouping.Trigger)).ShouldBe([new("activity", Runs(8)), new("queue", Runs(23))]);
        (await SumsAsync(UsageGrouping.Day))
            .ShouldBe([new($"{Today}", Runs(15)), new($"{Today + UsageKey.DayMs}", Runs(16))]);
        (await SumsAsync(UsageGrouping.Function, Today + 1, Today + Minute + 1)).ShouldBe([new("Ship", Runs(2))]);
        (await SumsAsync(UsageGrouping.Function, Today + 1, Today + Minute)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Usage_of_a_batch_that_is_not_written_counts_nothing()
    {
        TurnRows rows = new()
        {
            Partition = 1,
            DeleteMessages = [new(1, 1, 1)],
            AddUsage = [new(s_usage, Runs(1))],
        };
        (await _node.CommitAsync(rows)).Outcome.ShouldBe(CommitOutcome.Inconsistent);
        (await SumsAsync(UsageGrouping.Function)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Usage_is_written_without_any_partition()
    {
        Batch batch = _node.Batch(new TurnRows { Partition = 0, AddUsage = [new(s_usage, Runs(3))] });
        CommitResult result = await _node.Store.CommitAsync(new Batch
        {
            Node = batch.Node,
            Lane = batch.Lane,
            Number = batch.Number,
            At = batch.At,
            Fences = [],
            Turns = batch.Turns,
        });
        result.Outcome.ShouldBe(CommitOutcome.Committed, result.Detail);
        (await SumsAsync(UsageGrouping.Function)).ShouldBe([new("Ship", Runs(3))]);
    }

    [Fact]
    public async Task Old_usage_is_deleted_an_hour_at_a_time()
    {
        long hour = 60 * Minute;
        foreach (long at in new[] { 0, hour - Minute, hour, 5 * hour, 9 * hour })
            await UseAsync((s_usage with { Minute = Today + at }, Runs(1)));
        long before = Today + (9 * hour);
        (await _node.Store.DeleteUsageAsync(Today, default)).ShouldBeFalse();
        int[] left = [3, 2, 1];
        foreach (int count in left)
        {
            (await _node.Store.DeleteUsageAsync(before, default)).ShouldBeTrue();
            (await SumsAsync(UsageGrouping.Function))[0].Counts.Executions.ShouldBe(count);
        }
        (await _node.Store.DeleteUsageAsync(before, default)).ShouldBeFalse();
        (await SumsAsync(UsageGrouping.Day)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_backlog_is_counted_by_partition_target_and_origin()
    {
        MessageRow[] rows =
        [
            Waiting(1, "@@a/1", 1, 12), Waiting(1, "@@a/1", 1, 11), Waiting(1, "@@a/1", 5, 3),
            Waiting(1, "@@größe/1", 1, 13), Waiting(2, "@@a/2", 1, 20), Waiting(2, "@@a/2", 1, 21) with { Kind = 9 },
        ];
        await _node.MustCommitAsync(new TurnRows { Partition = 1, InsertMessages = [.. rows] });
        (await _node.Store.ReadBacklogAsync(30, default)).ShouldBe(
        [
            new(1, "@@a/1", 1, 2, 11), new(1, "@@a/1", 5, 1, 3), new(1, "@@größe/1", 1, 1, 13),
            new(2, "@@a/2", 1, 1, 20),
        ]);
        (await _node.Store.ReadBacklogAsync(31, default)).ShouldBeEmpty();
    }

    private static MessageRow Waiting(int partition, string target, long origin, long number) =>
        new(new MessageKey(partition, origin, number), target, 30, Node.Bytes("{}"));

    private static UsageCounts Runs(long count) => new() { Executions = count };

    private async Task UseAsync(params (UsageKey Key, UsageCounts Counts)[] used) => await _node.MustCommitAsync(
        new TurnRows { Partition = 1, AddUsage = [.. used.Select(u => new UsageRow(u.Key, u.Counts))] });

    private async Task<IReadOnlyList<UsageSum>> SumsAsync(
        UsageGrouping by, long from = 0, long to = long.MaxValue) =>
        await _node.Store.ReadUsageAsync(from, to, by, default);
}
