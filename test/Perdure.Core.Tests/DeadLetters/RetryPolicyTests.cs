using Perdure.Core.DeadLetters;

namespace Perdure.Core.Tests.DeadLetters;

public class RetryPolicyTests
{
    [Fact]
    public void A_fixed_wait_is_the_same_each_time_and_ends_after_the_last_retry()
    {
        RetryPolicy policy = new() { RetriesMax = 3, First = TimeSpan.FromSeconds(10) };
        Enumerable.Range(1, 4).Select(f => policy.DelayAfter(f, "id")).ShouldBe([10_000, 10_000, 10_000, null]);
        (policy with { RetriesMax = 0 }).DelayAfter(1, "id").ShouldBeNull();
    }

    [Fact]
    public void A_growing_wait_doubles_with_a_spread_of_a_fifth_up_to_the_longest()
    {
        RetryPolicy policy = new()
        {
            RetriesMax = RetryPolicy.Unlimited,
            First = TimeSpan.FromSeconds(4),
            Longest = TimeSpan.FromMinutes(15),
        };
        policy.DelayAfter(1, "id").ShouldBe(4000);
        for (int failures = 2; failures < 9; failures++)
        {
            double doubled = 4000 * Math.Pow(2, failures - 2);
            long[] delays = [.. Enumerable.Range(0, 200).Select(i => policy.DelayAfter(failures, $"id{i}")!.Value)];
            delays.ShouldAllBe(d => d >= 4000 + (0.8 * doubled) - 1 && d <= 4000 + (1.2 * doubled) + 1);
            delays.Distinct().Count().ShouldBeGreaterThan(100, "they are spread");
        }
        foreach (int many in new[] { 12, 1000, int.MaxValue })
            policy.DelayAfter(many, "id").ShouldBe(15 * 60 * 1000);
    }
}
