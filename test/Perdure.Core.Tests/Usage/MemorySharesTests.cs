using Perdure.Core.Usage;

namespace Perdure.Core.Tests.Usage;

public class MemorySharesTests
{
    private const long HundredMb = 100_000_000;

    [Fact]
    public void One_run_has_all_memory_while_it_runs() => Shares(1_000, 1_000).ShouldBe([100_000]);

    [Fact]
    public void Who_runs_half_of_the_time_alone_has_half_of_it() => Shares(1_000, 500).ShouldBe([50_000]);

    [Fact]
    public void Who_runs_at_the_same_time_shares_it() => Shares(1_000, 1_000, 1_000).ShouldBe([50_000, 50_000]);

    [Fact]
    public void Many_runs_of_one_function_have_the_larger_share() =>
        Shares(1_000, 3_000, 1_000).ShouldBe([75_000, 25_000]);

    [Fact]
    public void No_more_is_divided_than_there_was()
    {
        Random random = new(7);
        for (int i = 0; i < 200; i++)
        {
            double ms = random.Next(1, 1_000);
            double[] runs = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.NextDouble() * 2 * ms)];
            double[] shares = Shares(ms, runs);
            shares.Sum().ShouldBe(100 * Math.Min(ms, runs.Sum()), 0.001, $"{string.Join(',', runs)} of {ms}");
        }
    }

    [Fact]
    public void In_no_time_nothing_is_divided_by_nothing()
    {
        Shares(0, 0, 0).ShouldBe([0, 0]);
        Shares(0).ShouldBeEmpty();
    }

    private static double[] Shares(double ms, params double[] runs)
    {
        double[] shares = [.. runs];
        MemoryShares.Divide(HundredMb, ms, shares);
        return shares;
    }
}
