using Perdure.Replays;

namespace Perdure.Tests.Runtime;

/// <summary>How large the steps of a replay are, and when it stops.</summary>
public sealed class ReplayRunTests
{
    [Theory]
    [InlineData(true, "1 10 100 100")]
    [InlineData(false, "100 100 100 100")]
    public void A_canary_runs_first_then_ten_then_the_rest(bool canary, string sizes)
    {
        ReplayRun run = Run(new DeadLetterReplayOptions { Canary = canary });
        List<int> seen = [];
        for (int i = 0; i < 4; i++)
        {
            seen.Add(run.StepSize());
            run = run.With(new ReplayStep { Succeeded = 1 });
        }
        string.Join(' ', seen).ShouldBe(sizes);
        (run.Steps, run.Succeeded, run.IsOver()).ShouldBe((4, 4, false));
    }

    [Theory]
    [InlineData(true, 1, 1, true)]
    [InlineData(true, 2, 1, true)]
    [InlineData(true, 3, 1, false)]
    [InlineData(true, 3, 5, true)]
    [InlineData(false, 1, 4, false)]
    [InlineData(false, 1, 5, true)]
    public void It_stops_when_too_many_have_failed(bool canary, int steps, int failures, bool isOver)
    {
        ReplayRun run = Run(new DeadLetterReplayOptions { Canary = canary, StopAfterFailures = 5 });
        for (int i = 1; i < steps; i++)
            run = run.With(new ReplayStep());
        run = run.With(new ReplayStep { Failed = failures });
        (run.IsOver(), run.FailuresLeft()).ShouldBe((isOver, 5 - failures));
        run.With(new ReplayStep { IsLast = true }).IsOver().ShouldBeTrue();
    }

    [Fact]
    public void It_goes_on_behind_the_last_one_that_it_has_looked_at()
    {
        ReplayRun run = Run(new DeadLetterReplayOptions()).With(new ReplayStep { AfterAt = 5, AfterId = "1-2" });
        run = run.With(new ReplayStep());
        (run.AfterAt, run.AfterId).ShouldBe((5, "1-2"));
    }

    private static ReplayRun Run(DeadLetterReplayOptions options) =>
        new() { Filter = new DeadLetterFilter { Source = "queue items" }, Options = options, StartedAt = 1 };
}
