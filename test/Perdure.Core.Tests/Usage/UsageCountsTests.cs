using Perdure.Core.Stores;
using Perdure.Core.Usage;

namespace Perdure.Core.Tests.Usage;

public class UsageCountsTests
{
    private static readonly UsageKey Key = new(60_000, "Ship", "queue", "1.0", 7);

    [Theory]
    [InlineData(0, 100)]
    [InlineData(1, 100)]
    [InlineData(100_000, 100)]
    [InlineData(100_001, 200)]
    [InlineData(1_999_999, 2_000)]
    public void Each_run_is_billed_in_steps_rounded_up(long us, long billed)
    {
        UsageCounts counts = UsageCounts.OfRun(us, failed: false, isRetry: false);
        counts.ShouldBe(new UsageCounts { Executions = 1, Succeeded = 1, BilledMs = billed, WallUs = us });
    }

    [Fact]
    public void What_failed_and_what_repeats_is_counted_beside_the_executions()
    {
        UsageCounts sum = UsageCounts.OfRun(5, failed: true, isRetry: false)
            + UsageCounts.OfRun(6, failed: true, isRetry: true) + UsageCounts.OfRun(7, failed: false, isRetry: true)
            + new UsageCounts { DeadLettered = 4, MemoryMbMs = 9 };
        sum.ShouldBe(new UsageCounts
        {
            Executions = 3,
            Succeeded = 1,
            Failed = 2,
            Retried = 2,
            DeadLettered = 4,
            BilledMs = 300,
            WallUs = 18,
            MemoryMbMs = 9,
        });
        (default(UsageCounts).IsNone, sum.IsNone).ShouldBe((true, false));
    }

    [Fact]
    public void A_batch_has_one_row_for_each_key()
    {
        UsageKey[] others =
        [
            Key with { Minute = 120_000 }, Key with { Function = "Other" }, Key with { Trigger = "stream" },
            Key with { Version = "2.0" }, Key with { Node = 8 },
        ];
        TurnRows[] turns =
        [
            Turn(Row(Key, 1)), new TurnRows { Partition = 0 }, Turn([.. others.Select(k => Row(k, 10))]),
            Turn(Row(Key, 2), Row(others[0], 5), Row(Key, 3)),
        ];
        UsageRow.Of(turns).ShouldBe(
            [Row(Key, 6), Row(others[0], 15), .. others[1..].Select(k => Row(k, 10))]);
        UsageRow.Of([turns[1]]).ShouldBeEmpty();
        turns[0].AddUsage.ShouldBe([Row(Key, 1)], "what is merged is not changed");
    }

    [Fact]
    public void A_time_belongs_to_the_minute_that_had_begun()
    {
        UsageKey.MinuteOf(59_999).ShouldBe(0);
        UsageKey.MinuteOf(60_000).ShouldBe(60_000);
        UsageKey.MinuteOf(119_999).ShouldBe(60_000);
    }

    private static TurnRows Turn(params List<UsageRow> rows) => new() { Partition = 0, AddUsage = rows };

    private static UsageRow Row(UsageKey key, long executions) => new(key, new() { Executions = executions });
}
