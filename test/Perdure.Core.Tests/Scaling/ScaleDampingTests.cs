using Perdure.Core.Scaling;

namespace Perdure.Core.Tests.Scaling;

public class ScaleDampingTests
{
    private readonly ScaleDamping _damping = new(TimeSpan.FromSeconds(180), since: 0);

    [Fact]
    public void A_rise_is_followed_at_once_and_a_fall_when_no_more_was_needed_for_a_while()
    {
        Desired(200, 1).ShouldBe(1);
        Desired(210, 5).ShouldBe(5);
        Desired(220, 2).ShouldBe(5);
        Desired(389, 1).ShouldBe(5);
        Desired(390, 1).ShouldBe(2, "5 were needed 180 seconds ago");
        Desired(400, 1).ShouldBe(1);
    }

    [Fact]
    public void While_nothing_is_known_of_before_those_that_there_are_stay()
    {
        _damping.Advise(179_999, current: 4, [new("Ship", 1)]).Desired.ShouldBe(4);
        _damping.Advise(180_000, current: 4, [new("Ship", 1)]).Desired.ShouldBe(1);
    }

    [Fact]
    public void The_function_that_needs_most_decides_and_there_is_always_one()
    {
        ScaleAdvice advice = _damping.Advise(
            200_000, 3,
            [new("Small", 1), new("Ship", 7) { Backlog = 70, OldestAgeSec = 12.4, Cap = "max" }, new("None", 0)]);
        (advice.Current, advice.Desired, advice.Functions.Count).ShouldBe((3, 7, 3));
        advice.Reason.ShouldBe("Ship needs 7: 70 wait, the oldest for 12 seconds (limited: max).");
        ScaleAdvice later = _damping.Advise(210_000, 7, [new("Ship", 0)]);
        later.Reason.ShouldBe("Nothing waits. 7 stay until for 180 seconds no more were needed.");
        ScaleAdvice idle = _damping.Advise(500_000, 7, []);
        (idle.Desired, idle.Reason).ShouldBe((1, "Nothing waits."));
    }

    private int Desired(int second, int needed) =>
        _damping.Advise(second * 1_000L, 1, [new("Ship", needed)]).Desired;
}
