namespace Perdure.Tests.Reliable;

/// <summary>
/// What the article on reliable event processing promises, statement by statement, on one host and on three.
/// </summary>
public abstract class ReliableEventTests(bool isPostgreSql) : IAsyncLifetime
{
    private const string Orders = "orders";
    private Site _site = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await Site.CreateAsync(isPostgreSql);
        _site.Configure = o =>
            o.Circuits.Notify.BaseUrl = new Uri("http://perdure.example/runtime/webhooks/durabletask");
        await _site.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task D1_One_checkpoint_for_each_stream_group_and_partition_which_operators_see()
    {
        await _site.AppendAsync(Orders, 0, 40);
        await UntilDoneAsync("Take", 40);
        await UntilDoneAsync("Audit", 40);
        IReadOnlyList<ConsumerGroup> groups = [];
        await _site.UntilAsync(async () =>
            (groups = await _site.StreamAdmin.ListGroupsAsync(Orders)).All(g => g.Lag == 0));
        groups.Select(g => (g.Name, g.FunctionName)).ShouldBe([("$default", "Take"), ("audit", "Audit")]);
        foreach (ConsumerGroup group in groups)
        {
            group.Checkpoints.Select(c => c.PartitionId).ShouldBe([0, 1]);
            group.Checkpoints.Sum(c => c.SequenceNumber).ShouldBe(40);
        }
    }

    [Fact]
    public async Task D2_A_checkpoint_moves_when_the_execution_ends_with_or_without_an_exception()
    {
        _site.Journal.Do = c => c.Text == "3" ? throw new InvalidOperationException("no") : Task.CompletedTask;
        await _site.AppendAsync("lax", 0, 6, "one key");
        await UntilDoneAsync("Lax", 5);
        await _site.UntilAsync(async () => await _site.LagAsync("lax", "Lax") == 0);
        Texts("Lax").ShouldBe(["0", "1", "2", "4", "5"]);
        _site.Journal.Begun.Count(c => c.Text == "3").ShouldBe(3, "it was tried as often as it may be");
        (await _site.PutAsideAsync()).ShouldBeEmpty("this policy forgets what failed");
    }

    [Fact]
    public async Task D3_An_execution_that_does_not_end_moves_nothing_and_the_same_events_run_again()
    {
        TaskCompletionSource begun = new(), never = new();
        _site.Journal.Do = async c =>
        {
            if (c is { Function: "Take", Text: "7" } && begun.TrySetResult())
                await never.Task;
        };
        IReadOnlyList<string> ids = await _site.AppendAsync(Orders, 0, ShopFunctions.Shop.Batch, "k");
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60));
        (await _site.StreamAdmin.ListGroupsAsync(Orders)).Single(g => g.FunctionName == "Take").Checkpoints
            .Sum(c => c.SequenceNumber).ShouldBe(0);

        await _site.KillOwnerAsync(Site.LogOf(Orders, "k"));
        await _site.UntilAsync(async () => await _site.LagAsync(Orders, "Take") == 0);
        string[] begunWith = [.. _site.Journal.Begun.Where(c => c.Function == "Take").Select(c => c.Id)];
        begunWith.Take(8).ShouldBe(ids.Take(8), "this was the execution that did not end");
        begunWith.Skip(8).ShouldBe(ids, "and this is the same batch again");
    }

    [Fact]
    public async Task D4_At_least_once_and_the_code_is_told_which_event_it_is_and_which_attempt()
    {
        TaskCompletionSource second = new(), never = new();
        _site.Journal.Do = async c =>
        {
            if (c is { Function: "Take", Retry: 1 } && second.TrySetResult())
                await never.Task;
            if (c is { Function: "Take", Retry: < 2 })
                throw new InvalidOperationException("not yet");
        };
        string id = await _site.Streams.AppendAsync(Orders, "one", "k");
        await second.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await _site.KillOwnerAsync(Site.LogOf(Orders, "k"));
        await UntilDoneAsync("Take", 1);
        ShopCall[] calls = [.. _site.Journal.Begun.Where(c => c.Function == "Take")];
        calls.ShouldAllBe(c => c.Id == id);
        calls.Select(c => c.Retry).ShouldBe([0, 1, 1, 2], "a death does not begin anew, and counts as no failure");
    }

    [Fact]
    public async Task D5_Tried_as_often_as_it_may_be_then_put_aside_and_the_next_one_runs()
    {
        _site.Journal.Do = c => c is { Function: "Audit", Text: "4" }
            ? throw new InvalidOperationException("no")
            : Task.CompletedTask;
        await _site.AppendAsync(Orders, 0, 12, "one key");
        await UntilDoneAsync("Audit", 11);
        Texts("Audit").ShouldBe(["0", "1", "2", "3", "5", "6", "7", "8", "9", "10", "11"]);
        _site.Journal.Begun.Count(c => c is { Function: "Audit", Text: "4" }).ShouldBe(3);
        await _site.UntilAsync(async () => (await _site.PutAsideAsync()).Count == 1);
        DeadLetter letter = (await _site.PutAsideAsync()).Single();
        (letter.Source, letter.FunctionName, letter.Failures, letter.Reason)
            .ShouldBe(("stream orders", "Audit", 3, DeadLetterReason.Exception));
        letter.Attempts.Count.ShouldBe(3);
        letter.Attempts.ShouldAllBe(a => a.Failure.ErrorMessage == "no");
    }

    [Fact]
    public async Task D6_A_message_is_locked_released_when_it_fails_poison_at_last_and_others_flow()
    {
        TaskCompletionSource locked = new(), never = new();
        _site.Journal.Do = async c =>
        {
            if (c.Text == "bad")
                throw new InvalidOperationException("no");
            if (c.Text == "slow" && locked.TrySetResult())
                await never.Task;
        };
        string slow = await _site.Queues.SendAsync("items", "slow", new QueueSendOptions { SessionId = "s" });
        await locked.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await _site.Queues.SendAsync("items", "bad");
        for (int i = 0; i < 30; i++)
            await _site.Queues.SendAsync("items", $"{i}");
        await UntilDoneAsync("Item", 30);
        _site.Journal.Begun.Count(c => c.Text == "slow").ShouldBe(1, "it is locked while it runs");
        await _site.UntilAsync(async () => (await _site.PutAsideAsync()).Count == 1);
        DeadLetter letter = (await _site.PutAsideAsync()).Single();
        (letter.Source, letter.Failures, letter.Attempts.Count).ShouldBe(("queue items", 3, 3));
        _site.Journal.Begun.Where(c => c.Text == "bad").Select(c => c.Retry).ShouldBe([0, 1, 2]);

        // Who had it locked dies: it is free, and the next one gets it.
        await _site.KillOwnerAsync(_site.ShardOf("items", "s"));
        await _site.UntilAsync(() => _site.Journal.Done.Any(c => c.Id == slow));
    }

    [Fact]
    public async Task D7_More_than_100_final_failures_in_30_seconds_over_all_instances_stop_triggering()
    {
        _site.Time.Stop();
        _site.Journal.Do = _ => throw new DeadLetterException("away");
        for (int i = 0; i < 101; i++)
            await _site.Queues.SendAsync("settlements", $"{i}");
        await _site.UntilAsync("fn:Settle", CircuitStatus.Open);
        await _site.UntilParkedAsync("fn:Settle");
        int begun = _site.Journal.Begun.Count;
        for (int i = 101; i < 140; i++)
            await _site.Queues.SendAsync("settlements", $"{i}");
        await _site.UntilAsync(() => _site.QueuedIn("settlements") == 39);
        _site.Journal.Begun.Count.ShouldBe(begun);
    }

    [Fact]
    public async Task D8_Whoever_is_notified_restarts_it_and_it_goes_on_from_the_checkpoint_in_order_with_nothing_lost()
    {
        bool isAway = true;
        _site.Time.Stop();
        _site.Journal.Do = _ => isAway ? throw new InvalidOperationException("away") : Task.CompletedTask;
        await _site.AppendAsync("payments", 0, 200, "one key");
        const string address = "circuits/restart?token=";
        await _site.UntilAsync(() => _site.Log.All.Any(l => l.Text.Contains(address, StringComparison.Ordinal)));
        string line = _site.Log.All.First(l => l.Text.Contains(address, StringComparison.Ordinal)).Text;
        // What had begun when it opened comes to its end, and may end well.
        await _site.UntilParkedAsync("fn:Pay");
        await _site.UntilAsync(() => _site.IsQuiet);
        isAway = false;
        await _site.Circuits.FollowLinkAsync(
            line[(line.IndexOf(address, StringComparison.Ordinal) + address.Length)..], "ada");
        // The ramp lets more and more run, by the clock.
        _site.Time.Skip(TimeSpan.FromMinutes(2));
        await _site.UntilAsync(() => Texts("Pay").Distinct().Count() == 200);
        Texts("Pay").ShouldBe(Enumerable.Range(0, 200).Select(i => $"{i}"), "what tripped it runs before the rest");
        await _site.UntilAsync(async () => (await _site.PutAsideAsync()).Count == 0);
        _site.Log.All.Count(l => l.Event.Id == 80).ShouldBe(1, "one notification");
    }

    private IEnumerable<string> Texts(string function) =>
        _site.Journal.Done.Where(c => c.Function == function).Select(c => c.Text);

    private Task UntilDoneAsync(string function, int count) =>
        _site.UntilAsync(() => Texts(function).Count() >= count);
}

public sealed class SqliteReliableEventTests() : ReliableEventTests(isPostgreSql: false);

public sealed class PostgreSqlReliableEventTests() : ReliableEventTests(isPostgreSql: true);
