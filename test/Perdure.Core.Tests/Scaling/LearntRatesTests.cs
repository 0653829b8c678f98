using Perdure.Core.Scaling;

namespace Perdure.Core.Tests.Scaling;

public class LearntRatesTests
{
    [Fact]
    public void What_comes_is_what_is_done_and_what_waits_more()
    {
        LearntRates rates = LearntRates.Learn(null, Load(0, 100, 0), Load(10, 150, 200), instances: 2);
        rates.ShouldBe(new LearntRates(25, 10));
    }

    [Fact]
    public void Who_had_not_enough_to_do_does_not_show_how_fast_it_is()
    {
        LearntRates.Learn(null, Load(0, 21, 0), Load(10, 20, 200), instances: 2).PerInstancePerSec.ShouldBeNull();
        LearntRates.Learn(null, Load(0, 20, 0), Load(10, 21, 200), instances: 2).PerInstancePerSec.ShouldBeNull();
        LearntRates.Learn(null, Load(0, 21, 0), Load(10, 21, 0), instances: 2).PerInstancePerSec.ShouldBeNull();
        LearntRates.Learn(null, Load(0, 21, 0), Load(10, 21, 200), instances: 2).PerInstancePerSec.ShouldBe(10);
    }

    [Fact]
    public void A_rate_that_was_learnt_stays_and_follows_what_is_seen()
    {
        LearntRates rates = new(8, 10);
        rates = LearntRates.Learn(rates, Load(0, 0, 0), Load(10, 0, 0), instances: 1);
        rates.ShouldBe(new LearntRates(4, 10));
        rates = LearntRates.Learn(rates, Load(0, 100, 0), Load(10, 100, 200), instances: 1);
        rates.ShouldBe(new LearntRates(12, 15));
    }

    [Fact]
    public void What_goes_back_is_no_negative_arrival()
    {
        LearntRates.Learn(null, Load(0, 100, 50), Load(10, 20, 0), instances: 1).ArrivalPerSec.ShouldBe(0);
    }

    private static FunctionLoad Load(int second, long backlog, long done) =>
        new("Ship", second * 1_000, backlog, done) { Target = 10, Partitions = 4 };
}
