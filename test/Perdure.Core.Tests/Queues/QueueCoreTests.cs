using System.Text;
using System.Text.Json;
using Perdure.Core.DeadLetters;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Queues;
using Perdure.Core.Stores;

namespace Perdure.Core.Tests.Queues;

/// <summary>A message and how its function ended, and the rows that this makes.</summary>
public class QueueCoreTests
{
    private static readonly QueueConsumer s_ship =
        new("orders", "Ship", new RetryPolicy { RetriesMax = 2, First = TimeSpan.FromSeconds(30) });

    [Fact]
    public void What_succeeds_is_gone_with_all_that_was_sent()
    {
        Message.Raise raised = new("paid", Payload.Of("7"));
        QueueTurn turn = new QueueCore(partitionCount: 4).Succeed(3, Item(), [("order-1", raised)], now: 7);
        turn.Again.ShouldBeNull();
        turn.Rows.DeleteMessages.ShouldBe([new MessageKey(3, 1, 2)]);
        MessageRow sent = turn.Rows.InsertMessages.ShouldHaveSingleItem();
        (sent.Target, sent.Key).ShouldBe(("order-1", new MessageKey(sent.Key.Partition, 0, 0)), "numbered in its line");
        MessageCodec.Decode(sent).ShouldBe(raised with { Row = sent.Key });
        turn.Rows.InsertDeadLetters.ShouldBeNull();
    }

    [Fact]
    public void What_fails_keeps_its_row_with_the_failure_and_when_it_is_due()
    {
        QueueTurn turn = QueueCore.Fail(3, Item(), Attempt("first"), s_ship, null, now: 5000, number: 9);
        Message.QueueItem again = turn.Again.ShouldNotBeNull();
        (again.Failures, again.VisibleAt, again.Row).ShouldBe((1, 35_000, new MessageKey(3, 1, 2)));
        MessageRow row = turn.Rows.RewriteMessages.ShouldHaveSingleItem();
        Text(MessageCodec.Decode(row with { Target = "@@orders/1" })).ShouldBe(Text(again));
        (turn.Rows.DeleteMessages, turn.Rows.InsertMessages, turn.DeadLetter).ShouldBe((null, null, null));
    }

    [Fact]
    public void What_has_no_retry_left_is_put_aside_in_the_same_rows()
    {
        Message.QueueItem item = Item() with
        {
            Failures = 2,
            Attempts = [Attempt("one"), Attempt("two")],
            Session = "s",
        };
        QueueTurn turn = QueueCore.Fail(3, item, Attempt("three"), s_ship, null, now: 5000, number: 9);
        turn.Again.ShouldBeNull();
        turn.Rows.DeleteMessages.ShouldBe([new MessageKey(3, 1, 2)]);
        DeadLetterRow dead = turn.Rows.InsertDeadLetters.ShouldHaveSingleItem();
        dead.ShouldBeSameAs(turn.DeadLetter);
        (dead.Key, dead.Source, dead.Function, dead.EventId, dead.Order, dead.At, dead.Class).ShouldBe(
            (new DeadLetterKey(3, 9), "queue orders", "Ship", "m1", "s", 5000, DeadLetterReason.Exception));
        JsonElement record = JsonDocument.Parse(dead.Record).RootElement;
        record.GetProperty("body").GetRawText().ShouldBe("""{"a":1}""");
        record.GetProperty("attempts").EnumerateArray()
            .Select(a => a.GetProperty("failure").GetProperty("message").GetString()).ShouldBe(["one", "two", "three"]);
    }

    [Fact]
    public void What_was_put_aside_before_is_resolved_by_its_success()
    {
        Message.QueueItem item = Item() with { Letter = new(3, 5) };
        QueueTurn turn = new QueueCore(partitionCount: 4).Succeed(3, item, [], now: 7);
        DeadLetterUpdate update = turn.Rows.UpdateDeadLetters.ShouldHaveSingleItem();
        (update.Key, update.State, update.At, update.Successor)
            .ShouldBe((new DeadLetterKey(3, 5), DeadLetterState.Resolved, 7, null));
        TrailEntry.Decode(update.Entry).ShouldBe([new(7, DeadLetterAction.Resolved)]);
        new QueueCore(partitionCount: 4).Succeed(3, Item(), [], now: 7).Rows.UpdateDeadLetters.ShouldBeNull();
    }

    [Fact]
    public void What_is_put_aside_again_takes_the_place_of_what_it_was()
    {
        Message.QueueItem item = Item() with { Letter = new(3, 5) };
        QueueTurn retried = QueueCore.Fail(3, item, Attempt("no"), s_ship, null, 5000, 9);
        retried.Rows.UpdateDeadLetters.ShouldBeNull();
        retried.Again!.Letter.ShouldBe(item.Letter);

        QueueTurn turn = QueueCore.Fail(3, item, Attempt("no"), s_ship, DeadLetterReason.Rejected, 5000, 9);
        DeadLetterUpdate update = turn.Rows.UpdateDeadLetters.ShouldHaveSingleItem();
        (update.Key, update.State, update.Successor).ShouldBe((item.Letter!.Value, DeadLetterState.Replaced, 9));
        DeadLetterRecord.Decode(turn.DeadLetter!.Record).RevisionOf.ShouldBe(5);

        Message.QueueItem moved = item with { Letter = new(2, 5) };
        turn = QueueCore.Fail(3, moved, Attempt("no"), s_ship, DeadLetterReason.Rejected, 5000, 9);
        update = turn.Rows.UpdateDeadLetters.ShouldHaveSingleItem();
        (update.Key, update.Successor, turn.DeadLetter!.Key).ShouldBe((new(2, 5), null, new(3, 9)));
        DeadLetterRecord.Decode(turn.DeadLetter.Record).RevisionOf.ShouldBeNull();
    }

    [Fact]
    public void What_is_hopeless_is_put_aside_at_once()
    {
        foreach (DeadLetterReason hopeless in Enum.GetValues<DeadLetterReason>())
        {
            QueueCore.Fail(3, Item(), Attempt("no"), s_ship, hopeless, 5000, 9).DeadLetter.ShouldNotBeNull()
                .Class.ShouldBe(hopeless);
        }
    }

    [Fact]
    public void Of_many_failures_the_first_and_the_latest_are_kept()
    {
        Message.QueueItem item = Item();
        QueueConsumer endless = s_ship with { Retries = s_ship.Retries with { RetriesMax = RetryPolicy.Unlimited } };
        for (int i = 0; i < 100; i++)
            item = QueueCore.Fail(3, item, Attempt($"{i}"), endless, null, 5000, 9).Again!;
        item.Failures.ShouldBe(100);
        item.Attempts.Select(a => a.Failure.ErrorMessage)
            .ShouldBe(["0", .. Enumerable.Range(81, 19).Select(i => $"{i}")]);
    }

    [Fact]
    public void Failures_of_one_kind_at_one_place_have_one_fingerprint_whatever_the_build()
    {
        FailureDetails one = new(
            "App.Lost", "order 1", "   at App.Ship.Run(Order o) in /a/Ship.cs:line 7\n   at App.Main()");
        FailureDetails moved = one with
        {
            ErrorMessage = "order 2",
            StackTrace = "   at App.Ship.Run(Order o) in C:\\b\\Ship.cs:line 9\r\n   at App.Main()",
        };
        DeadLetterRecord.FingerprintOf(moved).ShouldBe(DeadLetterRecord.FingerprintOf(one));
        FailureDetails[] others =
        [
            one with { ErrorType = "App.Found" },
            one with { StackTrace = "   at App.Pack.Run(Order o)" },
            one with { StackTrace = null },
        ];
        others.Append(one).Select(DeadLetterRecord.FingerprintOf).ShouldBeUnique();
    }

    [Fact]
    public void A_message_is_read_back_as_it_was_written()
    {
        foreach (Message.QueueItem item in new[]
        {
            Item(),
            Item() with { Session = "séance 🚀", VisibleAt = long.MaxValue, TraceParent = "00-ab-cd-01" },
            Item() with
            {
                Failures = 7,
                Attempts = [new(1, 2, 3, new("T", "m\u0000", "s", new("I", "inner")))],
            },
            Item() with { Letter = new(7, 1L << 62) },
            new("m1", Payload.None) { Enqueued = 0, Row = new MessageKey(3, 1, 2) },
        })
        {
            MessageRow row = MessageCodec.Encode(item.Row!.Value, "@@orders/1", item);
            Text(MessageCodec.Decode(row)).ShouldBe(Text(item));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"id\":1}")]
    [InlineData("{\"id\":\"a\",\"later\":true}")]
    [InlineData("{\"id\":\"a\",\"attempts\":[{\"at\":1}]}")]
    [InlineData("{\"id\":\"a\"")]
    public void A_damaged_message_is_named_as_such(string body) =>
        Should.Throw<FormatException>(() => QueueItemCodec.Decode(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void A_shard_is_addressed_by_queue_and_number()
    {
        string id = QueueIds.Shard("or-ders", 17);
        (id, QueueIds.Is(id), QueueIds.QueueOf(id)).ShouldBe(("@@or-ders/17", true, "or-ders"));
        QueueIds.Is("@counter@a").ShouldBeFalse();
        foreach (string wrong in new[] { "@@", "@@/1", "@@orders", "orders/1" })
            Should.Throw<FormatException>(() => QueueIds.QueueOf(wrong));
        foreach (string good in new[] { "a", "myqueue-items", "0", new string('q', 63) })
            QueueIds.Problem(good).ShouldBeNull();
        foreach (string bad in new[] { "", "-a", "a-", "A", "a_b", "a/b", "ü", new string('q', 64) })
            QueueIds.Problem(bad).ShouldNotBeNull();
    }

    private static Message.QueueItem Item() => new("m1", Payload.Of("""{"a":1}"""))
    {
        Enqueued = 1000,
        Row = new MessageKey(3, 1, 2),
    };

    private static FailedAttempt Attempt(string message) => new(4000, 20, 1, new("App.Lost", message));

    private static string Text(Message message)
    {
        Message.QueueItem item = (Message.QueueItem)message;
        return $"{item with { Attempts = [] }} {string.Join(',', item.Attempts)}";
    }
}
