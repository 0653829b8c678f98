using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Mail;

namespace Perdure.Core.Tests.Entities;

/// <summary>Operations that are not to run before a time.</summary>
public class ScheduledOperationTests
{
    [Fact]
    public void One_that_is_not_due_stands_among_the_timers_until_it_is()
    {
        EntityInstance counter = new EntityInstance().Receives(Signal("add", 2, due: 5000).AsRow(7).ByClient())
            .Rows("delete message 7", "timer 5000").Effects("arm 5000", "answer client Accepted").Waits();
        counter.State.Row.ShouldBeNull("a wish is no entity yet");
        counter.At(4999).Fires().Waits();
        counter.At(5000).Fires().Takes().Operations("add 2").Runs().Rows("entity 2 last 5000", "delete timer 5000")
            .Disk.Timers.ShouldBeEmpty();
    }

    [Fact]
    public void One_that_is_due_already_is_run_like_any_other() =>
        new EntityInstance().At(5000).Receives(Signal("add", 2, due: 5000).AsRow(7)).Operations("add 2").Runs()
            .Rows("entity 2 last 5000", "delete message 7").Effects();

    [Fact]
    public void While_the_entity_is_locked_it_is_put_among_the_timers_all_the_same() =>
        new EntityInstance().Receives(Lock("o")).Receives(Signal("add", 2, due: 5000).AsRow(7))
            .Rows("delete message 7", "timer 5000").Effects("arm 5000");

    [Fact]
    public void One_that_comes_due_while_the_entity_is_locked_waits_for_the_lock()
    {
        EntityInstance counter = new EntityInstance().Receives(Lock("o"), Signal("add", 2, due: 5000));
        counter.At(6000).Fires().Mailbox.HasNext.ShouldBeFalse();
        counter.Receives(Call("o", 1, "add", 1)).Operations("add 1").Runs().Waits("add 2");
        counter.Receives(Release("o")).Operations("add 2").Runs()
            .Rows("entity 3 last 6000", "delete timer 5000");
    }

    [Fact]
    public void One_that_is_due_already_waits_for_the_lock_as_well_and_is_found_again_after_a_crash()
    {
        EntityInstance counter = new EntityInstance().Receives(Lock("o"));
        counter.At(6000).Gets(Signal("add", 2, due: 5000).AsRow(7)).Takes().Rows().Effects().Waits("add 2")
            .Mailbox.HasNext.ShouldBeFalse();
        counter.Crashes().Takes().Waits("add 2").Receives(Release("o")).Operations("add 2").Runs()
            .Rows("entity 2 last 6000", "delete message 7");
    }

    [Fact]
    public void A_clock_that_is_set_back_makes_nothing_run_before_its_time()
    {
        EntityInstance counter = new EntityInstance().Receives(Signal("add", 2, due: 5000));
        counter.At(5000).Fires().At(4000).Takes().Turn.Batch.At.ShouldBe(5000);
        counter.Runs().Rows("entity 2 last 5000", "delete timer 5000");
    }

    [Fact]
    public void What_waits_for_the_lock_keeps_its_time_for_a_clock_that_is_behind()
    {
        EntityInstance counter = new EntityInstance().Receives(Lock("o"));
        counter.At(6000).Gets(Signal("add", 2, due: 5000).AsRow(7)).Takes().Waits("add 2");
        counter.At(4000).Receives(Release("o"))
            .Rows("delete entity @counter@a", "delete message 7", "timer 5000").Waits();
        counter.At(5000).Fires().Takes().Runs().Rows("entity 2 last 5000", "delete timer 5000");
    }

    [Fact]
    public void One_that_was_not_run_or_not_written_keeps_its_timer()
    {
        EntityInstance counter = new EntityInstance()
            .Receives(Signal("add", 1, due: 5000), Signal("add", 2, due: 5000), Signal("add", 3, due: 5000));
        counter.At(5000).Fires().Takes().Runs(max: 1).Rows("entity 1 last 5000", "delete timer 5000");
        counter.Takes().RunsInVain().Waits("add 2", "add 3").Disk.Timers.Count.ShouldBe(2);
        counter.Crashes().Fires().Takes().Operations("add 2", "add 3").Runs()
            .Rows("entity 6 last 5000", "delete timer 5000", "delete timer 5000");
    }

    [Fact]
    public void A_wish_that_is_not_written_is_made_again()
    {
        EntityInstance counter = new EntityInstance().Gets(Signal("add", 2, due: 5000).AsRow(7)).TakesInVain()
            .Waits("add 2");
        counter.Disk.Timers.ShouldBeEmpty();
        counter.Takes().Rows("delete message 7", "timer 5000").Turn.Decision.ShouldBe(TurnDecision.Record);
    }
}
