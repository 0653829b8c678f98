using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Queues;
using Perdure.Core.Tests.Support;

namespace Perdure.Core.Tests.Queues;

public class QueueLineTests
{
    private readonly QueueLine _line = new();

    [Fact]
    public void Messages_come_out_as_they_went_in()
    {
        Add("a", "b", "c");
        _line.Count.ShouldBe(3);
        Take(0).ShouldBe(["a", "b", "c"]);
        (_line.Count, _line.Take(0)).ShouldBe((0, null));
    }

    [Fact]
    public void What_is_not_due_waits_and_holds_up_nobody()
    {
        _line.Add(Item("late") with { VisibleAt = 200 });
        _line.Add(Item("later") with { VisibleAt = 300 });
        _line.Add(Item("now"));
        Take(199).ShouldBe(["now"]);
        _line.NextDue.ShouldBe(200);
        Take(200).ShouldBe(["late"]);
        Take(1000).ShouldBe(["later"]);
        _line.NextDue.ShouldBeNull();
    }

    [Fact]
    public void What_is_due_at_the_same_time_comes_out_as_it_went_in()
    {
        for (int i = 0; i < 20; i++)
            _line.Add(Item($"{i:00}") with { VisibleAt = 5 });
        Take(5).ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i:00}"));
    }

    [Fact]
    public void Of_a_session_one_is_in_hand_and_the_next_comes_when_it_is_done()
    {
        Message.QueueItem[] all = [.. new[] { "a1", "a2", "b1" }.Select(Sessioned)];
        foreach (Message.QueueItem item in all)
            _line.Add(item);
        Take(0).ShouldBe(["a1", "b1"]);
        _line.Done(all[0]);
        Take(0).ShouldBe(["a2"]);
        _line.Done(all[1]);
        _line.Done(all[2]);
        _line.Add(Sessioned("a3"));
        Take(0).ShouldBe(["a3"]);
    }

    [Fact]
    public void A_retry_holds_up_its_session_and_nobody_else()
    {
        Message.QueueItem first = Sessioned("a1");
        _line.Add(first);
        _line.Add(Sessioned("a2"));
        _line.Take(0);
        _line.Again(first with { VisibleAt = 100 });
        _line.Add(Sessioned("b1"));
        Take(99).ShouldBe(["b1"]);
        Take(100).ShouldBe(["a1"]);
        Take(100).ShouldBeEmpty();
        _line.Done(first);
        Take(100).ShouldBe(["a2"]);
    }

    [Fact]
    public void Whatever_happens_each_comes_out_until_it_is_done_and_sessions_keep_their_order()
    {
        for (ulong seed = 1; seed <= 500; seed++)
            Random(new Dice(seed));
    }

    private static void Random(Dice dice)
    {
        QueueLine line = new();
        Dictionary<string, List<string>> expected = [];
        Dictionary<string, List<string>> done = [];
        List<Message.QueueItem> inHand = [];
        long now = 1;
        for (int step = 0; step < 300; step++)
        {
            now += dice.Below(5);
            switch (dice.Below(4))
            {
                case 0 when step < 200:
                    string? session = dice.OneIn(3) ? null : $"{dice.Below(4)}";
                    Message.QueueItem item = Item($"{step}") with
                    {
                        Session = session,
                        VisibleAt = dice.OneIn(3) ? now + dice.Below(20) : 0,
                    };
                    line.Add(item);
                    Of(expected, session).Add(item.Id);
                    break;
                case 1 when inHand.Count > 0:
                    Message.QueueItem held = Out(dice, inHand);
                    line.Again(held with { VisibleAt = now + dice.Below(10) });
                    break;
                case 2 when inHand.Count > 0:
                    Finish(Out(dice, inHand));
                    break;
                default:
                    if (line.Take(now) is { } next)
                        Hold(next);
                    break;
            }
        }
        while (line.Count > 0 || inHand.Count > 0)
        {
            now = Math.Max(now, line.NextDue ?? now);
            while (line.Take(now) is { } next)
                Hold(next);
            Finish(Out(dice, inHand));
        }
        foreach ((string session, List<string> ids) in expected)
            done[session].ShouldBe(ids, ignoreOrder: session.Length == 0, $"session '{session}'");

        void Hold(Message.QueueItem next)
        {
            next.VisibleAt.ShouldBeLessThanOrEqualTo(now);
            inHand.Exists(i => i.Session is not null && i.Session == next.Session).ShouldBeFalse("one at a time");
            inHand.Add(next);
        }

        void Finish(Message.QueueItem item)
        {
            line.Done(item);
            Of(done, item.Session).Add(item.Id);
        }
    }

    private static Message.QueueItem Out(Dice dice, List<Message.QueueItem> inHand)
    {
        int at = dice.Below(inHand.Count);
        Message.QueueItem item = inHand[at];
        inHand.RemoveAt(at);
        return item;
    }

    private static List<string> Of(Dictionary<string, List<string>> lists, string? session)
    {
        if (!lists.TryGetValue(session ?? "", out List<string>? list))
            lists.Add(session ?? "", list = []);
        return list;
    }

    private void Add(params string[] ids)
    {
        foreach (string id in ids)
            _line.Add(Item(id));
    }

    private List<string> Take(long now)
    {
        List<string> ids = [];
        while (_line.Take(now) is { } item)
            ids.Add(item.Id);
        return ids;
    }

    private static Message.QueueItem Sessioned(string id) => Item(id) with { Session = id[..1] };

    private static Message.QueueItem Item(string id) => new(id, Payload.Of("1")) { Enqueued = 1 };
}
