using Perdure.Core.Messages;
using Perdure.Core.Tests.Support;
using static Perdure.Core.Tests.Support.Mail;

namespace Perdure.Core.Tests.Entities;

/// <summary>Beyond a bound, what waits leaves its body in the store until its turn comes.</summary>
public class LeftBodiesTests
{
    private static readonly Limits Two = new() { BodiesInMemoryMax = 2 };

    [Fact]
    public void Beyond_the_bound_only_headers_are_in_memory_and_bodies_come_back_in_order()
    {
        EntityInstance counter = new EntityInstance(Two).Receives(Lock("o"));
        counter.Gets([.. Enumerable.Range(1, 9).Select(i => Signal("mix", i).AsRow(i))]);
        Left(counter).ShouldBe([false, false, true, true, true, true, true, true, true]);
        counter.Receives(Release("o")).Operations("mix 1", "mix 2").Runs();
        counter.Takes().Operations("mix 3", "mix 4", "mix 5").Runs()
            .Takes().Operations("mix 6", "mix 7", "mix 8").Runs();
        counter.Takes().Operations("mix 9").Runs().Waits();
        counter.State.State.ToString().ShouldBe(
            Enumerable.Range(1, 9).Aggregate((int?)null, (v, i) => CounterCode.Mixed(v, i)).ToString());
        counter.Disk.Mail.ShouldBeEmpty();
    }

    [Fact]
    public void What_weighs_too_much_is_left_as_well()
    {
        EntityInstance counter = new EntityInstance(new Limits { BodyBytesInMemoryMax = 6 }).Receives(Lock("o"));
        counter.Gets(
            Signal("add", 1234).AsRow(1), Signal("add", 123).AsRow(2), Signal("add", 12).AsRow(3),
            Signal("get").AsRow(4), Signal("add", 1).AsRow(5));
        Left(counter).ShouldBe([false, true, false, false, true]);
        counter.Gets(Release("o")).Settles().Is((1234 + 123 + 12 + 1).ToString());
    }

    [Fact]
    public void Calls_locks_scheduled_ones_and_what_has_no_row_stay_whole()
    {
        EntityInstance counter = new EntityInstance(Two).Receives(Lock("o"));
        counter.Gets(
            Signal("add", 1), Signal("add", 2), Signal("add", 4), Call("p", 0, "add", 8).AsRow(1),
            Lock("p", 1).AsRow(2),
            Signal("add", 16, due: 900).AsRow(3), Signal("add", 32).AsRow(4), Call("o", 1, "add", 64).AsRow(5));
        counter.Mailbox.All.OfType<Message.Operation>().Count(o => o.IsLeft).ShouldBe(1);
        counter.Settles().IsHeldBy("o").Is("64");
        counter.Gets(Release("o")).Settles().IsHeldBy("p").Is($"{64 + 1 + 2 + 4 + 8}");
        counter.Gets(Release("p", 1)).Settles().Is("127").Waits();
        counter.Disk.Mail.ShouldBeEmpty();
    }

    [Fact]
    public void What_becomes_a_row_while_it_waits_leaves_its_body_once_that_is_durable()
    {
        EntityInstance counter = new EntityInstance(Two).Receives(Lock("o"), Signal("add", 1), Signal("add", 2));
        Message.Operation asked = Signal("add", 4).ByClient();
        counter.Gets(asked);
        Message.Operation stored = Signal("add", 4).AsRow(9);
        counter.Mailbox.Replace(asked.Ticket!, stored);
        Left(counter).ShouldBe([false, false, false], "its row is not durable yet");
        counter.Disk.Send([stored]);
        counter.Mailbox.Stored(stored.Row!.Value);
        Left(counter).ShouldBe([false, false, true]);
        counter.Gets(Release("o")).Settles().Is("7");
        counter.Disk.Mail.ShouldBeEmpty();
    }

    [Fact]
    public void A_crash_and_a_turn_in_vain_keep_the_order_of_what_was_left()
    {
        EntityInstance counter = new EntityInstance(Two).Receives(Lock("o"));
        counter.Gets([.. Enumerable.Range(1, 7).Select(i => Signal("mix", i).AsRow(i)), Release("o").AsRow(8)]);
        counter.Crashes();
        Left(counter).Count(l => l).ShouldBe(5);
        counter.TakesInVain().Takes().Operations("mix 1", "mix 2").RunsInVain(max: 1);
        counter.Takes().Operations("mix 1", "mix 2").Runs().Takes().Operations("mix 3", "mix 4", "mix 5").RunsInVain();
        counter.Settles().State.State.ToString().ShouldBe(
            Enumerable.Range(1, 7).Aggregate((int?)null, (v, i) => CounterCode.Mixed(v, i)).ToString());
        counter.Disk.Mail.ShouldBeEmpty();
    }

    private static IEnumerable<bool> Left(EntityInstance counter) =>
        counter.Mailbox.All.OfType<Message.Operation>().Select(o => o.IsLeft);
}
