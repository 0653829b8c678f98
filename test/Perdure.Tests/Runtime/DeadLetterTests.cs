using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>What was put aside, looked at, and run again.</summary>
public abstract class DeadLetterTests(Setup setup) : HubTests(setup)
{
    private readonly ConcurrentQueue<string> _ran = [];

    private IDeadLetterClient DeadLetters => Hub.Provider.GetRequiredService<IDeadLetterClient>();

    [Fact]
    public async Task A_message_that_was_put_aside_is_shown_with_its_story()
    {
        Code.Item = _ => throw new DeadLetterException("no such customer");
        await Hub.Queues.SendAsync("items", "tea", new QueueSendOptions { MessageId = "m1", SessionId = "s" });
        DeadLetter dead = (await ActiveAsync(1)).Single();
        (dead.Source, dead.FunctionName, dead.EventId, dead.Key, dead.Reason, dead.Failures)
            .ShouldBe(("queue items", "Item", "m1", "s", DeadLetterReason.Rejected, 1));
        Encoding.UTF8.GetString(dead.Body.Span).ShouldBe("\"tea\"");
        dead.Attempts.ShouldHaveSingleItem().Failure.ErrorMessage.ShouldBe("no such customer");
        (dead.PartitionId, dead.SequenceNumber, dead.ConsumerGroup).ShouldBe((null, null, null));
        (await DeadLetters.GetAsync(dead.Id))!.EventId.ShouldBe("m1");
        (await DeadLetters.GetAsync("1-2-3")).ShouldBeNull();
        (await DeadLetters.GetAsync("nothing")).ShouldBeNull();
    }

    [Fact]
    public async Task A_message_goes_back_to_its_queue_with_its_id_and_all_its_deliveries()
    {
        Code.Item = _ => throw new DeadLetterException("no");
        await Hub.Queues.SendAsync("items", "tea", new QueueSendOptions { MessageId = "m1" });
        string id = (await ActiveAsync(1)).Single().Id;
        Code.Item = call =>
        {
            _ran.Enqueue($"{call.Item} {call.Message.Id} {call.Message.DequeueCount}");
            return Task.CompletedTask;
        };
        (await DeadLetters.ReplayAsync([id, id, "0-0", "nonsense"])).ShouldBe(1);
        await Hub.UntilAsync(() => _ran.Count == 1);
        _ran.ShouldBe(["tea m1 1"]);
        await Hub.UntilAsync(async () => (await DeadLetters.GetAsync(id))!.State == DeadLetterState.Resolved);
        (await DeadLetters.GetAsync(id))!.Trail.Select(t => t.Action)
            .ShouldBe([DeadLetterAction.Replayed, DeadLetterAction.Requeued, DeadLetterAction.Resolved]);
        (await DeadLetters.ReplayAsync([id])).ShouldBe(0);
    }

    [Fact]
    public async Task A_message_that_is_put_aside_again_takes_the_place_of_what_it_was()
    {
        Code.Item = _ => throw new DeadLetterException("no");
        await Hub.Queues.SendAsync("items", "tea", new QueueSendOptions { MessageId = "m1" });
        string id = (await ActiveAsync(1)).Single().Id;
        Code.Item = _ => throw new InvalidOperationException("not yet");
        await DeadLetters.ReplayAsync([id]);
        await Hub.UntilAsync(async () => (await DeadLetters.GetAsync(id))!.State == DeadLetterState.Requeued);
        await Hub.CrashAsync();
        Code.Item = _ => throw new DeadLetterException("still not");
        Hub.Clock.Skip(TimeSpan.FromMinutes(10));
        DeadLetter again = (await ActiveAsync(1)).Single();
        (again.EventId, again.RevisionOf, again.Attempts[^1].Failure.ErrorMessage).ShouldBe(("m1", id, "still not"));
        DeadLetter first = (await DeadLetters.GetAsync(id))!;
        (first.State, first.ReplacedBy).ShouldBe((DeadLetterState.Replaced, again.Id));
        first.Attempts.ShouldHaveSingleItem().Failure.ErrorMessage.ShouldBe("no");
    }

    [Fact]
    public async Task An_event_runs_alone_for_its_group_and_what_it_sends_leaves_with_it()
    {
        Code.Main = c => Task.FromResult<object?>(c.GetInput<string>());
        Code.Events = _ => throw new DeadLetterException("no");
        await AppendAsync("a");
        DeadLetter dead = (await ActiveAsync(1)).Single();
        (dead.Source, dead.ConsumerGroup, dead.SequenceNumber).ShouldBe(("stream events", "$default", 0));
        Code.Events = async call =>
        {
            _ran.Enqueue($"{string.Join(',', call.Events)} {call.Numbers[0]} {call.Keys[0]}");
            await call.Client.StartNewAsync("Main", $"order-{call.Events[0]}", call.Events[0]);
            return BatchResult.Ok;
        };
        await AppendAsync("b");
        await Hub.UntilAsync(() => _ran.Count == 1);
        (await DeadLetters.ReplayAsync([dead.Id])).ShouldBe(1);
        await Hub.UntilAsync(async () => await Hub.Client.GetStatusAsync("order-a") is not null);
        _ran.ShouldBe(["b 1 k", "a 0 k"]);
        (await DeadLetters.GetAsync(dead.Id))!.State.ShouldBe(DeadLetterState.Resolved);
    }

    [Fact]
    public async Task An_event_goes_to_the_end_of_its_log_with_its_id_and_key_once()
    {
        Code.Events = _ => throw new DeadLetterException("no");
        await Hub.Streams.AppendAsync("events", [new StreamEntry("a") { PartitionKey = "k", EventId = "e1" }]);
        string id = (await ActiveAsync(1)).Single().Id;
        Code.Events = call =>
        {
            for (int i = 0; i < call.Events.Length; i++)
                _ran.Enqueue($"{call.Events[i]} {call.Numbers[i]} {call.Keys[i]}");
            return Task.FromResult(BatchResult.Ok);
        };
        await AppendAsync("b");
        await Hub.UntilAsync(() => _ran.Count == 1);
        // What has run and is not stored runs again in the next process, which is not what this is about.
        await Hub.UntilAsync(async () =>
            (await Hub.Provider.GetRequiredService<IStreamAdminClient>().ListGroupsAsync("events"))
                .All(g => g.Lag == 0));
        // The commit is not heard of before the process dies: it was made, or will be, and not twice.
        Hub.Store.Instead = batch => batch.Turns.Any(t => t.UpdateDeadLetters is not null)
            ? new Perdure.Core.Stores.CommitResult(Perdure.Core.Stores.CommitOutcome.Unavailable)
            : null;
        (await DeadLetters.ReplayAsync([id], DeadLetterReplayTarget.Tail)).ShouldBe(1);
        await Hub.CrashAsync();
        await Hub.UntilAsync(() => _ran.Count == 2);
        _ran.ShouldBe(["b 1 k", "a 2 k"]);
        DeadLetter dead = (await DeadLetters.GetAsync(id))!;
        dead.State.ShouldBe(DeadLetterState.Resolved);
        dead.Trail.Select(t => (t.Action, t.Note))
            .ShouldBe([(DeadLetterAction.Replayed, "Tail"), (DeadLetterAction.Requeued, null)]);
        await Should.ThrowAsync<ArgumentException>(DeadLetters.ReplayAsync([id], (DeadLetterReplayTarget)7));
    }

    [Fact]
    public async Task What_fails_again_is_active_again_with_one_more_failure()
    {
        Code.Events = _ => throw new DeadLetterException("no");
        await AppendAsync("a");
        DeadLetter dead = (await ActiveAsync(1)).Single();
        Code.Events = _ => throw new InvalidOperationException("still not");
        await DeadLetters.ReplayAsync([dead.Id]);
        await Hub.UntilAsync(async () => (await DeadLetters.GetAsync(dead.Id))!.Failures == 2);
        dead = (await ActiveAsync(1)).Single();
        dead.Attempts.Select(a => a.Failure.ErrorMessage).ShouldBe(["no", "still not"]);
    }

    [Fact]
    public async Task What_was_to_run_again_when_the_process_died_runs_in_the_next_one()
    {
        Code.Events = _ => throw new DeadLetterException("no");
        await AppendAsync("a");
        DeadLetter dead = (await ActiveAsync(1)).Single();
        TaskCompletionSource never = new();
        Code.Events = async _ =>
        {
            _ran.Enqueue("begun");
            await never.Task;
            return BatchResult.Ok;
        };
        await DeadLetters.ReplayAsync([dead.Id]);
        await Hub.UntilAsync(() => _ran.Count == 1);
        await Hub.DieAsync();
        Code.Events = call =>
        {
            _ran.Enqueue(call.Events[0]);
            return Task.FromResult(BatchResult.Ok);
        };
        await Hub.StartAsync();
        await Hub.UntilAsync(async () => (await DeadLetters.GetAsync(dead.Id))!.State == DeadLetterState.Resolved);
        _ran.ShouldBe(["begun", "a"]);
    }

    [Fact]
    public async Task What_is_discarded_does_not_run_until_it_is_restored()
    {
        Code.Item = _ => throw new DeadLetterException("no");
        await Hub.Queues.SendAsync("items", "tea");
        string id = (await ActiveAsync(1)).Single().Id;
        (await DeadLetters.DiscardAsync([id])).ShouldBe(1);
        (await DeadLetters.ReplayAsync([id])).ShouldBe(0);
        (await DeadLetters.DiscardAsync([id])).ShouldBe(0);
        (await DeadLetters.RestoreAsync([id])).ShouldBe(1);
        Code.Item = _ => Task.CompletedTask;
        (await DeadLetters.ReplayAsync([id])).ShouldBe(1);
    }

    [Fact]
    public async Task They_are_listed_in_pages_and_grouped()
    {
        Code.Item = _ => throw new DeadLetterException("no");
        Code.Events = _ => throw new DeadLetterException("no");
        for (int i = 0; i < 4; i++)
            await Hub.Queues.SendAsync("items", $"{i}");
        await AppendAsync("a");
        await ActiveAsync(5);
        List<string> seen = [];
        string? token = null;
        do
        {
            DeadLetterQueryResult page = await DeadLetters.ListAsync(null, 2, token);
            page.DeadLetters.Count.ShouldBeInRange(1, 2);
            seen.AddRange(page.DeadLetters.Select(d => d.Id));
            token = page.ContinuationToken;
        }
        while (token is not null);
        seen.Distinct().Count().ShouldBe(5);
        (await DeadLetters.ListAsync(new DeadLetterFilter { Source = "queue items" })).DeadLetters.Count.ShouldBe(4);
        (await DeadLetters.GroupAsync()).Select(g => (g.Source, g.FunctionName, g.Count))
            .ShouldBe([("queue items", "Item", 4), ("stream events", "Events", 1)]);
        await Should.ThrowAsync<ArgumentException>(() => DeadLetters.ListAsync(null, 0));
        await Should.ThrowAsync<ArgumentException>(() => DeadLetters.ListAsync(null, 10, "nonsense"));
    }

    [Fact]
    public async Task A_revision_runs_in_the_place_of_what_it_was_made_of_which_is_kept()
    {
        Code.Events = _ => throw new DeadLetterException("no");
        await AppendAsync("a");
        DeadLetter original = (await ActiveAsync(1)).Single();
        string id = await DeadLetters.OnBehalfOf("Ada").EditAsync(original.Id, "b");
        DeadLetter revision = (await ActiveAsync(1)).Single();
        (revision.Id, revision.EventId, revision.RevisionOf, revision.Failures)
            .ShouldBe((id, original.EventId, original.Id, 1));
        Encoding.UTF8.GetString(revision.Body.Span).ShouldBe("\"b\"");
        (revision.PutAsideAt, revision.ReplacedBy, revision.Trail.Count).ShouldBe((original.PutAsideAt, null, 0));
        original = (await DeadLetters.GetAsync(original.Id))!;
        (original.State, original.ReplacedBy, Encoding.UTF8.GetString(original.Body.Span))
            .ShouldBe((DeadLetterState.Replaced, id, "\"a\""));
        original.Trail.Select(t => (t.Author, t.Action)).ShouldBe([("Ada", DeadLetterAction.Edited)]);
        (await DeadLetters.ReplayAsync([original.Id])).ShouldBe(0);
        (await Should.ThrowAsync<InvalidOperationException>(DeadLetters.EditAsync(original.Id, "c"))).Message
            .ShouldContain("is Replaced; only one that is Active");
        await Should.ThrowAsync<ArgumentException>(DeadLetters.EditAsync("0-0", "c"));

        Code.Events = call =>
        {
            _ran.Enqueue($"{call.Events[0]} {call.Numbers[0]}");
            return Task.FromResult(BatchResult.Ok);
        };
        await Hub.CrashAsync();
        (await DeadLetters.OnBehalfOf("Bob").ReplayAsync([id])).ShouldBe(1);
        await Hub.UntilAsync(async () => (await DeadLetters.GetAsync(id))!.State == DeadLetterState.Resolved);
        _ran.ShouldBe(["b 0"]);
        revision = (await DeadLetters.GetAsync(id))!;
        revision.Trail.Select(t => (t.Author, t.Action))
            .ShouldBe([("Bob", DeadLetterAction.Replayed), (null, DeadLetterAction.Resolved)]);
        revision.ChangedAt.ShouldBe(revision.Trail[^1].At);
    }

    [Fact]
    public async Task What_has_become_of_a_dead_letter_is_kept_in_order_with_notes()
    {
        Code.Events = _ => throw new DeadLetterException("no");
        await AppendAsync("a");
        string id = (await ActiveAsync(1)).Single().Id;
        await DeadLetters.DiscardAsync([id]);
        await DeadLetters.OnBehalfOf("Größe").NoteAsync(id, "line\nline \0");
        await DeadLetters.RestoreAsync([id]);
        await DeadLetters.ReplayAsync([id]);
        await Hub.UntilAsync(async () => (await DeadLetters.GetAsync(id))!.Failures == 2);
        (await DeadLetters.GetAsync(id))!.Trail.Select(t => (t.Action, t.Author, t.Note)).ShouldBe(
        [
            (DeadLetterAction.Discarded, null, null), (DeadLetterAction.Noted, "Größe", "line\nline \0"),
            (DeadLetterAction.Restored, null, null), (DeadLetterAction.Replayed, null, null),
            (DeadLetterAction.FailedAgain, null, null),
        ]);
        await Should.ThrowAsync<ArgumentException>(DeadLetters.NoteAsync(id, new string('n', 1001)));
        await Should.ThrowAsync<ArgumentException>(DeadLetters.NoteAsync("0-0", "n"));
        Should.Throw<ArgumentException>(() => DeadLetters.OnBehalfOf(""));
    }

    [Fact]
    public async Task What_is_over_is_deleted_after_its_time_and_what_is_active_stays()
    {
        Code.Item = _ => throw new DeadLetterException("no");
        for (int i = 0; i < 3; i++)
            await Hub.Queues.SendAsync("items", $"{i}");
        string[] ids = [.. (await ActiveAsync(3)).Select(d => d.Id)];
        await DeadLetters.DiscardAsync([ids[0]]);
        string revision = await DeadLetters.EditAsync(ids[1], "x");
        Hub.Clock.Skip(TimeSpan.FromDays(29));
        await DeadLetters.DiscardAsync([revision]);
        Hub.Clock.Skip(TimeSpan.FromDays(2));
        await GoneAsync(ids[0]);
        List<string> left = [];
        await foreach (DeadLetter letter in DeadLetters.ReadAllAsync())
            left.Add(letter.Id);
        left.ShouldBe([ids[1], revision, ids[2]], ignoreOrder: true);
        Hub.Clock.Skip(TimeSpan.FromDays(29));
        await GoneAsync(ids[1]);
        (await DeadLetters.ListAsync()).DeadLetters.Select(d => d.Id).ShouldBe([ids[2]]);
    }

    /// <summary>Until the rounds of retention, which come every ten minutes, have deleted it.</summary>
    private Task GoneAsync(string id) => Hub.UntilAsync(async () =>
    {
        Hub.Clock.Skip(TimeSpan.FromMinutes(10));
        return await DeadLetters.GetAsync(id) is null;
    });

    private Task AppendAsync(string value) => Hub.Streams.AppendAsync("events", value, "k");

    private async Task<IReadOnlyList<DeadLetter>> ActiveAsync(int count)
    {
        IReadOnlyList<DeadLetter> found = [];
        await Hub.UntilAsync(async () => (found = (await DeadLetters.ListAsync(
            new DeadLetterFilter { State = DeadLetterState.Active })).DeadLetters).Count == count);
        return found;
    }
}

public sealed class DeadLettersOnMemory() : DeadLetterTests(Setup.Memory);
public sealed class DeadLettersOnSqlite() : DeadLetterTests(Setup.Sqlite);
