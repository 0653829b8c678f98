using Perdure.Core.Orchestrations;
using Perdure.Core.Tests.Support;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Orchestrations;

public class LimitTests
{
    private static readonly Limits Tight = new() { ActionsPerTurnMax = 3, TurnBytesMax = 10, HistoryEventsMax = 6 };

    [Fact]
    public void As_much_as_the_limit_is_fine() =>
        Given.Orchestration(limits: Tight).Started()
            .Asked(Activity(0, input: "12345"), Activity(1, input: "12345"), Activity(2))
            .Effects("run #0 Work", "run #1 Work", "run #2 Work");

    [Fact]
    public void One_action_too_many_fails_the_orchestration_and_none_happens()
    {
        Instance wide = Given.Orchestration(limits: Tight).Started()
            .Asked(Activity(0), Activity(1), Activity(2), Activity(3))
            .Events("ExecutionStarted Hello", "ExecutionCompleted Failed Perdure.LimitExceeded").Effects();
        wide.Turn.Completed!.Failure!.ErrorMessage.ShouldContain("4 actions");
    }

    [Fact]
    public void One_byte_too_many_fails_the_orchestration() =>
        Given.Orchestration(limits: Tight).Started().Asked(Activity(0, input: "123456"), Status("12345"))
            .Turn.Completed!.Failure!.ErrorMessage.ShouldContain("11 bytes");

    [Fact]
    public void A_history_that_grows_too_long_fails_unless_the_code_ends()
    {
        static Instance Long() =>
            Given.Orchestration(limits: Tight).Started().Asked(Activity(0), Activity(1)).Receives(Raise("a"));

        Long().Asked(Activity(2)).Turn.Completed!.Failure!.ErrorMessage.ShouldContain("ContinueAsNew");
        Long().Asked().Turn.Completed.ShouldBeNull();
        Long().Ends(Returns(), Activity(2)).Turn.Completed!.Status.ShouldBe(InstanceStatus.Completed);
        Long().Ends(ContinuesAsNew(), Activity(2)).State.EventCount.ShouldBe(1);
    }
}
