using Perdure.Core.Stores;

namespace Perdure.Stores.Tests;

/// <summary>Messages that are written over, and what is put aside.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_message_is_written_over_and_keeps_its_place()
    {
        await _node.MustCommitAsync(
            new TurnRows { Partition = 1, InsertMessages = [Node.Message(1, 7, 1), Node.Message(1, 7, 2)] });
        byte[] body = Node.Bytes("ü\0again");
        MessageRow rewritten = Node.Message(1, 7, 1) with { Body = body };
        await _node.MustCommitAsync(new TurnRows { Partition = 1, RewriteMessages = [rewritten] });
        Array.Clear(body);
        (await _node.MessagesAsync(1)).ShouldBe(["ü\0again", "7/2"]);

        await _node.MustCommitAsync(
            new TurnRows { Partition = 1, RewriteMessages = [rewritten with { Body = Node.Bytes("first") }] },
            new TurnRows { Partition = 1, RewriteMessages = [rewritten with { Body = Node.Bytes("last") }] },
            new TurnRows { Partition = 1, DeleteMessages = [new(1, 7, 2)] });
        await ReopenAsync();
        IReadOnlyList<MessageRow> left = await _node.Store.ReadMessagesAsync([new MessageKey(1, 7, 1)], default);
        Node.Text(left.Single().Body).ShouldBe("last");
        (left[0].Target, left[0].Kind).ShouldBe((rewritten.Target, rewritten.Kind));
    }

    [Fact]
    public async Task Writing_over_what_is_not_there_refuses_the_whole_batch()
    {
        CommitResult result = await _node.CommitAsync(
            new TurnRows { Partition = 0, InsertMessages = [Node.Message(0, 1, 1)] },
            new TurnRows { Partition = 2, RewriteMessages = [Node.Message(2, 9, 4)] });
        result.Outcome.ShouldBe(CommitOutcome.Inconsistent);
        result.Partitions.ShouldBe([2]);
        (await _node.MessagesAsync(0)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_put_aside_is_read_back_after_reopening()
    {
        DeadLetterRow row = DeadLetter(3, long.MaxValue, at: Node.Day) with
        {
            Source = "queue größe 🚀",
            Function = "Ordre",
            EventId = "ü@1",
            Order = "séance",
            Class = DeadLetterReason.CircuitHeld,
            Fingerprint = "0f",
            State = DeadLetterState.Discarded,
            Record = Node.Bytes("""{"body":"\u0000"}"""),
        };
        await PutAsideAsync(row, DeadLetter(3, 1));
        await ReopenAsync();
        (await DeadLettersAsync(new() { PageSize = 10, Key = row.Key })).ShouldBe([Text(row)]);
        (await DeadLettersAsync(new() { PageSize = 10, Key = row.Key, WithRecords = false }))
            .ShouldBe([Text(row with { Record = default })]);
        (await DeadLettersAsync(new() { PageSize = 10, Key = new(3, 2) })).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_has_not_ended_is_found_at_once()
    {
        DeadLetterState[] states = Enum.GetValues<DeadLetterState>();
        DeadLetterRow[] rows = [.. states.Select((s, i) => DeadLetter(0, i + 1, at: 10) with { State = s })];
        await PutAsideAsync(rows);
        DeadLetterQuery open = new() { IsOpen = true, PageSize = 10 };
        (await DeadLettersAsync(open)).ShouldBe(rows[..3].Select(Text));
        (await DeadLettersAsync(open with { State = DeadLetterState.Held })).ShouldBe([Text(rows[1])]);
        (await DeadLettersAsync(open with { State = DeadLetterState.Resolved })).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_put_aside_is_found_by_each_of_its_marks()
    {
        DeadLetterRow[] rows =
        [
            DeadLetter(0, 1, at: 10) with { Source = "queue a" },
            DeadLetter(1, 1, at: 20) with { Function = "Other" },
            DeadLetter(2, 1, at: 30) with { Fingerprint = "other" },
            DeadLetter(3, 1, at: 40) with { State = DeadLetterState.Held },
        ];
        await PutAsideAsync(rows);
        DeadLetterQuery all = new() { PageSize = 10 };
        foreach ((DeadLetterQuery query, int[] found) in new (DeadLetterQuery, int[])[]
        {
            (all, [0, 1, 2, 3]),
            (all with { Source = "queue a" }, [0]),
            (all with { Function = "Other" }, [1]),
            (all with { Fingerprint = "other" }, [2]),
            (all with { State = DeadLetterState.Held }, [3]),
            (all with { From = 20 }, [1, 2, 3]),
            (all with { To = 20 }, [0, 1]),
            (all with { From = 20, To = 30, Function = "Ship" }, [2]),
        })
            (await DeadLettersAsync(query)).ShouldBe(found.Select(i => Text(rows[i])), $"{query}");
    }

    [Fact]
    public async Task Pages_of_what_is_put_aside_are_ordered_by_time_and_leave_nothing_out()
    {
        DeadLetterRow[] rows =
            [.. from i in Enumerable.Range(0, 23) select DeadLetter(i % 4, i + 1, at: Node.Day + (i * 7 % 5))];
        await PutAsideAsync(rows);
        List<string> seen = [];
        DeadLetterQuery query = new() { PageSize = 4 };
        while (true)
        {
            DeadLetterPage page = await _node.Store.QueryDeadLettersAsync(query, default);
            page.Rows.Count.ShouldBeInRange(1, 4);
            seen.AddRange(page.Rows.Select(Text));
            if (page.After is not { } end)
                break;
            query = query with { After = end };
        }
        seen.ShouldBe(rows.OrderBy(r => r.At).ThenBy(r => r.Key).Select(Text));
    }

    [Fact]
    public async Task What_becomes_of_a_dead_letter_is_kept()
    {
        DeadLetterRow row = DeadLetter(1, 1), other = DeadLetter(1, 2);
        await PutAsideAsync(row, other);
        await _node.MustCommitAsync(
            new TurnRows { Partition = 1, UpdateDeadLetters = [new(row.Key, DeadLetterState.Held, default, 7, "a")] },
            new TurnRows
            {
                Partition = 1,
                UpdateDeadLetters =
                [
                    new(row.Key, DeadLetterState.Resolved, default, 8, "b", 77),
                    new(other.Key, 0, Node.Bytes("[1]"), 7),
                ],
            });
        await ReopenAsync();
        (await DeadLettersAsync(new() { PageSize = 10 })).ShouldBe(
        [
            Text(row with { State = DeadLetterState.Resolved, Changed = 8, Trail = "ab", Successor = 77 }),
            Text(other with { Record = Node.Bytes("[1]"), Changed = 7 }),
        ]);
        DeadLetterRow both = DeadLetter(1, 3);
        await _node.MustCommitAsync(
            new TurnRows { Partition = 1, UpdateDeadLetters = [new(both.Key, DeadLetterState.Held, default, 5)] },
            new TurnRows { Partition = 1, InsertDeadLetters = [both] });
        (await DeadLettersAsync(new() { PageSize = 10, Key = both.Key })).ShouldBe(
            [Text(both with { State = DeadLetterState.Held })]);
        CommitResult missing = await _node.CommitAsync(
            new TurnRows { Partition = 0, InsertMessages = [Node.Message(0, 1, 1)] },
            new TurnRows { Partition = 2, UpdateDeadLetters = [new(new(2, 9), DeadLetterState.Held, default)] });
        missing.Outcome.ShouldBe(CommitOutcome.Inconsistent);
        missing.Partitions.ShouldBe([2]);
        (await _node.MessagesAsync(0)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_state_is_changed_by_the_first_who_asks()
    {
        DeadLetterRow a = DeadLetter(2, 1), b = DeadLetter(1, 1) with { State = DeadLetterState.Held };
        await PutAsideAsync(a, b, DeadLetter(3, 1));
        DeadLetterKey[] asked = [a.Key, b.Key, new(2, 9), a.Key];
        (await ChangeAsync(asked, DeadLetterState.Active, DeadLetterState.Replaying)).ShouldBe([a.Key]);
        (await ChangeAsync(asked, DeadLetterState.Active, DeadLetterState.Replaying)).ShouldBeEmpty();
        (await ChangeAsync(asked, DeadLetterState.Held, DeadLetterState.Discarded)).ShouldBe([b.Key]);
        await ReopenAsync();
        (await DeadLettersAsync(new() { PageSize = 10, State = DeadLetterState.Replaying, Partition = 2 }))
            .ShouldBe([Text(a with { State = DeadLetterState.Replaying, Changed = 9, Trail = "x\n" })]);
        (await DeadLettersAsync(new() { PageSize = 10, State = DeadLetterState.Replaying, Partition = 1 }))
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task A_note_is_kept_in_any_state_and_leaves_it_and_its_time()
    {
        DeadLetterRow a = DeadLetter(2, 1) with { State = DeadLetterState.Resolved };
        await PutAsideAsync(a);
        foreach (string note in new[] { "ü\n", "\"\\u0000\"\n" })
        {
            (await _node.Store.ChangeDeadLettersAsync([a.Key, new(2, 9)], null, new(null, 99, note), default))
                .ShouldBe([a.Key]);
        }
        await ReopenAsync();
        (await DeadLettersAsync(new() { PageSize = 10 })).ShouldBe([Text(a with { Trail = "ü\n\"\\u0000\"\n" })]);
    }

    [Fact]
    public async Task A_revision_takes_the_place_of_what_is_active_and_of_nothing_else()
    {
        DeadLetterRow a = DeadLetter(2, 1) with { Order = "k" };
        await PutAsideAsync(a);
        DeadLetterRow b = a with { Key = new(2, 1L << 62), Record = Node.Bytes("[2]"), Order = null };
        DeadLetterChange change = new(DeadLetterState.Replaced, 9, "e\n");
        (await _node.Store.ReviseDeadLetterAsync(a.Key, b, change, default)).ShouldBeTrue();
        (await _node.Store.ReviseDeadLetterAsync(a.Key, b with { Key = new(2, 7) }, change, default)).ShouldBeFalse();
        (await _node.Store.ReviseDeadLetterAsync(new(2, 9), b with { Key = new(2, 8) }, change, default))
            .ShouldBeFalse();
        await ReopenAsync();
        (await DeadLettersAsync(new() { PageSize = 10 })).ShouldBe(
        [
            Text(a with { State = DeadLetterState.Replaced, Changed = 9, Trail = "e\n", Successor = 1L << 62 }),
            Text(b with { Changed = 9 }),
        ]);
    }

    [Fact]
    public async Task What_is_over_for_long_enough_is_deleted_and_what_was_edited_goes_behind_its_revision()
    {
        DeadLetterRow edited = DeadLetter(1, 1, at: 1);
        await PutAsideAsync(
            edited, DeadLetter(1, 2, at: 10) with { State = DeadLetterState.Resolved },
            DeadLetter(1, 3, at: 11) with { State = DeadLetterState.Discarded },
            DeadLetter(1, 4, at: 12) with { State = DeadLetterState.Resolved }, DeadLetter(1, 5, at: 1),
            DeadLetter(1, 6, at: 1) with { State = DeadLetterState.Replaying },
            DeadLetter(1, 7, at: 1) with { State = DeadLetterState.Held });
        DeadLetterRow revision = edited with { Key = new(1, 99) };
        await _node.Store.ReviseDeadLetterAsync(edited.Key, revision, new(DeadLetterState.Replaced, 5), default);
        (await _node.Store.DeleteDeadLettersAsync(11, 1, default)).ShouldBe(1);
        (await NumbersAsync()).ShouldBe([1, 3, 4, 5, 6, 7, 99]);
        (await _node.Store.DeleteDeadLettersAsync(11, 9, default)).ShouldBe(1);
        (await _node.Store.DeleteDeadLettersAsync(11, 9, default)).ShouldBe(0);
        (await NumbersAsync()).ShouldBe([1, 4, 5, 6, 7, 99]);
        await ChangeAsync([revision.Key], DeadLetterState.Active, DeadLetterState.Discarded);
        (await _node.Store.DeleteDeadLettersAsync(9, 9, default)).ShouldBe(1);
        (await _node.Store.DeleteDeadLettersAsync(9, 9, default)).ShouldBe(1);
        await ReopenAsync();
        (await NumbersAsync()).ShouldBe([4, 5, 6, 7]);
    }

    private async Task<IEnumerable<long>> NumbersAsync() =>
        (await _node.Store.QueryDeadLettersAsync(new() { PageSize = 99 }, default)).Rows.Select(r => r.Key.Number)
        .Order();

    [Fact]
    public async Task Dead_letters_are_grouped_by_what_failed_where()
    {
        await PutAsideAsync(
            DeadLetter(0, 1, at: 30), DeadLetter(1, 1, at: 10), DeadLetter(2, 1, at: 20) with { Fingerprint = "ü" },
            DeadLetter(2, 2, at: 40) with { Function = "Other", State = DeadLetterState.Discarded });
        DeadLetterQuery all = new() { PageSize = 10 };
        DeadLetterGroupRow ship = new("f1", "queue orders", "Ship", 2, 10, 30);
        (await GroupsAsync(all)).ShouldBe(
            [ship, new("f1", "queue orders", "Other", 1, 40, 40), new("ü", "queue orders", "Ship", 1, 20, 20)]);
        (await GroupsAsync(all with { PageSize = 1 })).ShouldBe([ship]);
        (await GroupsAsync(all with { State = DeadLetterState.Discarded })).Single().Function.ShouldBe("Other");
    }

    private async Task<IReadOnlyList<DeadLetterKey>> ChangeAsync(
        DeadLetterKey[] keys, DeadLetterState from, DeadLetterState to) =>
        await _node.Store.ChangeDeadLettersAsync(keys, from, new DeadLetterChange(to, 9, "x\n"), default);

    private async Task<IReadOnlyList<DeadLetterGroupRow>> GroupsAsync(DeadLetterQuery query) =>
        await _node.Store.GroupDeadLettersAsync(query, default);

    private async Task PutAsideAsync(params DeadLetterRow[] rows) =>
        await _node.MustCommitAsync(
            [.. rows.Select(r => new TurnRows { Partition = r.Key.Partition, InsertDeadLetters = [r] })]);

    private async Task<string[]> DeadLettersAsync(DeadLetterQuery query) =>
        [.. (await _node.Store.QueryDeadLettersAsync(query, default)).Rows.Select(Text)];

    private static DeadLetterRow DeadLetter(int partition, long number, long at = 5) => new()
    {
        Key = new(partition, number),
        Source = "queue orders",
        Function = "Ship",
        EventId = $"e{number}",
        Class = DeadLetterReason.Exception,
        Fingerprint = "f1",
        At = at,
        Record = Node.Bytes("{}"),
        Changed = at,
    };

    private static string Text(DeadLetterRow row) =>
        $"{row with { Record = default }} {Node.Text(row.Record)}";
}
