using Perdure.Core.Scaling;

namespace Perdure.Core.Tests.Scaling;

public class ScaleRulesTests
{
    private static readonly ScaleRules s_rules = new(TimeSpan.FromSeconds(60), InstancesMax: 20);

    private static readonly FunctionLoad s_queue = new("Ship", At: 100_000, Backlog: 0, Done: 0)
    {
        Target = 10,
        Partitions = 32,
    };

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(1, 1, null)]
    [InlineData(10, 1, null)]
    [InlineData(11, 2, null)]
    [InlineData(200, 20, null)]
    [InlineData(201, 20, "max")]
    [InlineData(long.MaxValue, 20, "max")]
    public void Without_a_rate_each_instance_gets_its_target(long backlog, int desired, string? cap) =>
        Of(s_queue with { Backlog = backlog }).ShouldBe((desired, cap));

    [Theory]
    [InlineData(0, 0, 0)] // Nothing comes and nothing waits.
    [InlineData(5, 0, 1)]
    [InlineData(30, 0, 3)]
    [InlineData(30.1, 0, 4)]
    [InlineData(0, 600, 1)] // 10 a second for a minute.
    [InlineData(0, 601, 2)]
    [InlineData(25, 900, 4)]
    public void With_a_rate_there_are_enough_for_what_comes_and_what_waits(double arrival, long backlog, int desired) =>
        Of(s_queue with { Backlog = backlog }, new LearntRates(arrival, 10)).ShouldBe((desired, null));

    [Fact]
    public void A_rate_of_nothing_is_none() =>
        Of(s_queue with { Backlog = 25 }, new LearntRates(100, 0)).ShouldBe((3, null));

    [Theory]
    [InlineData(8, 1, 1)]
    [InlineData(8, 2, 2)]
    [InlineData(8, 3, 3)]
    [InlineData(8, 4, 4)]
    [InlineData(8, 5, 8)]
    [InlineData(10, 3, 3)]
    [InlineData(10, 4, 4)]
    [InlineData(10, 5, 5)]
    [InlineData(10, 6, 10)]
    [InlineData(7, 7, 7)]
    [InlineData(1, 1, 1)]
    public void Partitions_of_a_stream_split_evenly(int partitions, int needed, int desired) =>
        Of(s_queue with { Backlog = 10 * needed, Partitions = partitions, IsStream = true }).ShouldBe((desired, null));

    [Fact]
    public void Every_answer_for_a_stream_is_a_number_of_partitions_on_each_rounded_up()
    {
        for (int partitions = 1; partitions <= 20; partitions++)
        {
            int[] even = [0, .. Enumerable.Range(1, partitions).Select(k => (partitions + k - 1) / k)];
            for (int needed = 0; needed <= partitions; needed++)
            {
                (int desired, string? cap) = Of(
                    s_queue with { Backlog = 10 * needed, Partitions = partitions, IsStream = true });
                cap.ShouldBeNull();
                desired.ShouldBe(even.Where(e => e >= needed).Min(), $"{needed} of {partitions}");
            }
        }
    }

    [Fact]
    public void More_instances_than_partitions_are_of_no_use()
    {
        Of(s_queue with { Backlog = 1_000, Partitions = 4 }).ShouldBe((4, "partitions"));
        Of(s_queue with { Backlog = 1_000, Partitions = 4, IsStream = true }).ShouldBe((4, "partitions"));
        Of(s_queue with { Backlog = 40, Partitions = 4 }).ShouldBe((4, null));
    }

    [Theory]
    [InlineData(nameof(ScaleGate.Held), 5, "circuit")]
    [InlineData(nameof(ScaleGate.Probing), 1, "circuit")]
    [InlineData(nameof(ScaleGate.Disabled), 0, "disabled")]
    public void What_may_not_run_is_no_reason_for_more(string gate, int desired, string cap) =>
        Of(s_queue with { Backlog = 1_000, Gate = Enum.Parse<ScaleGate>(gate) }).ShouldBe((desired, cap));

    [Fact]
    public void A_demand_tells_what_it_was_made_of()
    {
        FunctionDemand demand = s_rules.Of(
            s_queue with { Backlog = 30, OldestAt = 57_500 }, new LearntRates(2, null), current: 1);
        (demand.Backlog, demand.OldestAgeSec, demand.ArrivalPerSec, demand.PerInstancePerSec)
            .ShouldBe((30, 42.5, 2, null));
        s_rules.Of(s_queue with { OldestAt = 200_000 }, null, 1).OldestAgeSec.ShouldBe(0, "clocks differ");
    }

    private static (int Desired, string? Cap) Of(FunctionLoad load, LearntRates? rates = null)
    {
        FunctionDemand demand = s_rules.Of(load, rates, current: 5);
        demand.Name.ShouldBe("Ship");
        return (demand.Desired, demand.Cap);
    }
}
