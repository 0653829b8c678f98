using Perdure.Core.Orchestrations;
using Perdure.Core.Tests.Support;
using static Perdure.Core.Tests.Support.Arrival;
using static Perdure.Core.Tests.Support.Code;

namespace Perdure.Core.Tests.Orchestrations;

/// <summary>True too long is safe, false too early is not.</summary>
public class OwedTests
{
    [Fact]
    public void Waiting_for_timers_children_and_events_is_not_owed() =>
        Given.Orchestration().Started().Asked(Timer(0, 5000), Child(1)).Row!.Owed.ShouldBeFalse();

    [Fact]
    public void An_open_activity_is_owed_and_the_flag_stays_until_the_end()
    {
        Instance busy = Given.Orchestration().Started().Asked(Timer(0, 5000));
        busy.Receives(Raise("a")).Asked(Activity(1)).Rows("update instance owed", "history 1.0/1");
        busy.Receives(Done(1)).Asked().Rows("history 1.0/2");
        busy.State.IsOwed.ShouldBeFalse();
        busy.Receives(Raise("b")).Asked(Activity(2)).Rows("history 1.0/3");
        busy.Receives(Done(2)).Ends(Returns()).Row!.Owed.ShouldBeFalse();
    }

    [Fact]
    public void Recorded_input_is_owed_only_while_nothing_holds_it_back()
    {
        Instance held = Given.Orchestration().Started().Asked();
        held.Receives(Suspend()).Receives(Raise("a")).Row!.Owed.ShouldBeFalse();
        held.Receives(Resume()).Concludes(CodeResult.NotRun.Instance)
            .Rows("update instance released owed", "history 1.0/3");
    }

    [Fact]
    public void A_suspended_instance_with_an_open_activity_is_owed() =>
        Given.Waiting().Receives(Suspend()).Row!.Owed.ShouldBeTrue();

    [Fact]
    public void A_status_that_is_loaded_from_the_first_turn_is_not_written_again() =>
        Given.Waiting().Reloaded().Receives(Suspend()).Rows("update instance Suspended", "history 1.0/1");
}
