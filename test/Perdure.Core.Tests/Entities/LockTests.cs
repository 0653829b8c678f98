using Perdure.Core.Messages;
using Perdure.Core.Tests.Support;
using Perdure.Core.Turns;
using static Perdure.Core.Tests.Support.Mail;

namespace Perdure.Core.Tests.Entities;

/// <summary>An entity that orchestrations lock.</summary>
public class LockTests
{
    [Fact]
    public void A_lock_is_granted_when_its_turn_comes_and_not_before()
    {
        EntityInstance counter = new EntityInstance()
            .Receives(Signal("add", 1), Lock("o", 3).AsRow(5), Signal("add", 2)).Operations("add 1").Sends().Runs();
        counter.Takes().Operations().Sends("o#3 locks @counter@a").IsHeldBy("o")
            .Rows($"entity 1 held by {Of("o", 3).Task} last 1000", "message to o", "delete message 5").Waits("add 2");
        counter.Mailbox.HasNext.ShouldBeFalse();
    }

    [Fact]
    public void An_entity_that_does_not_exist_can_be_locked_and_is_gone_with_the_lock()
    {
        EntityInstance counter = new EntityInstance().Receives(Lock("o"))
            .Rows($"entity held by {Of("o", 0).Task} last 0", "message to o");
        counter.State.IsLive.ShouldBeTrue();
        counter.Receives(Release("o")).Rows("delete entity @counter@a").Sends().IsHeldBy(null);
    }

    [Fact]
    public void What_its_holder_calls_overtakes_all_that_waits() =>
        new EntityInstance()
            .Receives(Lock("o"), Signal("add", 1), Call("p", 0, "add", 2), Lock("p", 1), Signal("add", 3).ByClient())
            .Receives(Call("o", 1, "add", 10), Call("o", 2, "get")).Operations("add 10", "get").Runs()
            .Sends("o#1 = 10", "o#2 = 10").IsHeldBy("o").Waits("add 1", "add 2", "LockRequest", "add 3");

    [Fact]
    public void Another_execution_of_the_same_instance_is_not_the_holder()
    {
        EntityInstance counter = new EntityInstance().Receives(Lock("o"));
        Message.Operation call = Call("o", 1, "add", 1);
        counter.Gets(call with { Caller = call.Caller! with { Task = call.Caller.Task with { Generation = 1 } } })
            .Mailbox.HasNext.ShouldBeFalse();
    }

    [Fact]
    public void What_the_holder_sends_after_its_release_waits_like_everything_else()
    {
        EntityInstance counter = new EntityInstance().Receives(Lock("o"), Signal("mix", 1), Lock("p"), Signal("mix", 2))
            .Gets(Call("o", 1, "mix", 3), Release("o"), Call("o", 2, "mix", 4), Lock("o", 3));
        counter.Takes().Operations("mix 3").Runs();
        counter.Takes().IsHeldBy(null).Operations("mix 1").Runs();
        counter.Takes().IsHeldBy("p").Sends("p#0 locks @counter@a");
        counter.Receives(Release("p")).Operations("mix 2", "mix 4").Runs();
        counter.Takes().IsHeldBy("o").Sends("o#3 locks @counter@a");
    }

    [Fact]
    public void A_release_of_a_request_that_waits_takes_both_away()
    {
        EntityInstance counter = new EntityInstance()
            .Receives(Lock("o"), Lock("p", 1).AsRow(5), Signal("add", 1), Lock("q", 2));
        counter.Receives(Release("p", 1).AsRow(6)).Rows("delete message 6", "delete message 5").Sends().Drops()
            .IsHeldBy("o").Waits("add 1", "LockRequest");
        counter.Receives(Release("o")).Operations("add 1").Runs().Takes().Sends("q#2 locks @counter@a");
    }

    [Fact]
    public void A_request_and_its_release_that_come_together_come_to_nothing()
    {
        EntityInstance counter = new EntityInstance().Receives(Lock("o").AsRow(5), Release("o").AsRow(6))
            .Rows("delete message 6", "delete message 5").Sends().Drops().IsHeldBy(null);
        counter.Disk.Mail.ShouldBeEmpty();
    }

    [Fact]
    public void A_release_of_what_is_not_known_is_dropped()
    {
        EntityInstance counter = new EntityInstance().Receives(Lock("o"));
        counter.Receives(Release("p", 4).AsRow(6), Release("o", 4)).Rows("delete message 6").IsHeldBy("o").Drops(
            $"Release: {Of("p", 4).Task} neither holds the lock nor waits for it",
            $"Release: {Of("o", 4).Task} neither holds the lock nor waits for it");
        counter.Receives(Release("o")).IsHeldBy(null).Receives(Release("o")).IsHeldBy(null).Rows()
            .Turn.Dropped!.Count.ShouldBe(1);
    }

    [Fact]
    public void A_lock_changes_hands_in_one_turn()
    {
        EntityInstance counter = new EntityInstance().Receives(Lock("o").AsRow(1), Lock("p", 2).AsRow(2));
        counter.Receives(Release("o").AsRow(3)).IsHeldBy("p").Sends("p#2 locks @counter@a")
            .Rows($"entity held by {Of("p", 2).Task} last 0", "message to p", "delete message 3", "delete message 2");
    }

    [Fact]
    public void A_lock_is_granted_and_released_without_code()
    {
        EntityInstance counter = new EntityInstance().WithoutCode().Receives(Lock("o")).Sends("o#0 locks @counter@a");
        counter.Receives(Release("o")).IsHeldBy(null);
    }

    [Fact]
    public void What_the_holder_deletes_is_still_locked()
    {
        EntityInstance counter = new EntityInstance().Receives(Signal("add", 1), Lock("o")).Runs().Takes()
            .Receives(Call("o", 1, "delete")).Runs()
            .Rows($"entity held by {Of("o", 0).Task} last 1000", "message to o").IsHeldBy("o");
        counter.Receives(Release("o")).Rows("delete entity @counter@a");
    }

    [Fact]
    public void A_grant_that_is_not_written_is_made_again_and_overtakes_nothing()
    {
        EntityInstance counter = new EntityInstance()
            .Gets(Lock("o").AsRow(1), Signal("add", 1), Lock("p").AsRow(2)).TakesInVain().IsHeldBy(null)
            .Waits("LockRequest", "add 1", "LockRequest");
        counter.Takes().IsHeldBy("o")
            .Rows($"entity held by {Of("o", 0).Task} last 0", "message to o", "delete message 1")
            .Waits("add 1", "LockRequest");
    }

    [Fact]
    public void A_release_that_is_not_written_is_made_again()
    {
        EntityInstance counter = new EntityInstance().Receives(Lock("o"), Signal("mix", 1), Lock("p").AsRow(2));
        counter.Gets(Call("o", 1, "mix", 2).AsRow(3), Release("o").AsRow(4), Call("o", 2, "mix", 3).AsRow(5));
        counter.TakesInVain().IsHeldBy("o");
        counter.Takes().Operations("mix 2").Runs();
        counter.TakesInVain().IsHeldBy("o");
        counter.Takes().IsHeldBy(null).Operations("mix 1").Runs();
        counter.Takes().IsHeldBy("p").Waits("mix 3");
    }

    [Fact]
    public void A_request_taken_back_in_a_turn_that_is_not_written_is_taken_back_again()
    {
        EntityInstance counter = new EntityInstance().Receives(Lock("o"), Lock("p").AsRow(2));
        counter.Gets(Release("p").AsRow(3)).TakesInVain();
        counter.Takes().Rows("delete message 3", "delete message 2").IsHeldBy("o").Waits();
        counter.Receives(Release("o")).IsHeldBy(null).Sends();
    }

    [Fact]
    public void A_crash_forgets_neither_the_holder_nor_who_waits_nor_the_order()
    {
        EntityInstance counter = new EntityInstance()
            .Gets(Lock("o").AsRow(1, 10)).Takes()
            .Gets(Signal("mix", 1).AsRow(1, 11), Lock("p").AsRow(1, 12), Call("o", 1, "mix", 2).AsRow(2, 10));
        counter.Crashes().IsHeldBy("o").Takes().Operations("mix 2").Runs().Sends("o#1 = 219");
        counter.Gets(Release("o").AsRow(3, 10)).Crashes().Takes().IsHeldBy(null).Operations("mix 1").Runs();
        counter.Crashes().Takes().IsHeldBy("p").Waits().Turn.Decision.ShouldBe(TurnDecision.Record);
        counter.Disk.Mail.ShouldBeEmpty();
    }

    [Fact]
    public void What_the_holder_asked_for_and_was_not_run_comes_before_its_release()
    {
        EntityInstance counter = new EntityInstance().Receives(Lock("o"))
            .Gets(Call("o", 1, "add", 1), Call("o", 2, "add", 2), Release("o"), Signal("get"));
        counter.Takes().Runs(max: 1).Waits("add 2", "Release", "get").IsHeldBy("o");
        counter.Takes().Operations("add 2").Runs().Takes().IsHeldBy(null).Operations("get").Runs().Is("3");
    }
}
