using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.Stores;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>A stream whose keys have an order each: several of them run at a time.</summary>
public abstract class StreamOrderTests(Setup setup) : HubTests(setup)
{
    private readonly Post _post = new();

    private IStreamAdminClient Admin => Hub.Provider.GetRequiredService<IStreamAdminClient>();

    public override async ValueTask InitializeAsync()
    {
        Hub.Functions = [typeof(Letters), typeof(Bundles), typeof(CodeFunctions.ThingFunction)];
        Hub.Services = services => services.AddSingleton(_post);
        Hub.ChecksReplay = false;
        await Hub.StartAsync(o => o.Streams.Partitions = 1);
    }

    [Fact]
    public async Task A_key_that_takes_its_time_holds_up_no_other_and_all_that_is_done_stays_done()
    {
        _post.Stuck = "a1";
        await AppendAsync("letters", "a1", "b1", "a2", "c1", "b2");
        await DoneAsync("b1", "b2", "c1");
        _post.Begun("a1").ShouldBe(1);
        _post.Begun("a2").ShouldBe(0, "it waits for what is before it");
        await Hub.UntilAsync(async () => (await CheckpointAsync("letters")).Lag == 2);
        (await CheckpointAsync("letters")).SequenceNumber.ShouldBe(0);
        await Hub.CrashAsync();
        await Hub.UntilAsync(() => _post.Begun("a1") == 2);
        _post.Release();
        await DoneAsync("b1", "b2", "c1", "a1", "a2");
        _post.Begun("b1").ShouldBe(1);
        await Hub.UntilAsync(async () => (await CheckpointAsync("letters")).Lag == 0);
    }

    [Fact]
    public async Task Another_order_can_be_chosen_later_and_what_is_done_stays_done()
    {
        _post.Stuck = "a1";
        await AppendAsync("letters", "a1", "b1", "a2", "c1", "b2");
        await Hub.UntilAsync(async () => (await CheckpointAsync("letters")).Lag == 2);
        Hub.Functions = [typeof(LettersInOrder), typeof(CodeFunctions.ThingFunction)];
        await Hub.CrashAsync();
        await Hub.UntilAsync(() => _post.Begun("a1") == 2);
        _post.Release();
        await AppendAsync("letters", "b3");
        await DoneAsync("a1", "a2", "b1", "b2", "b3", "c1");
        // What the dead process had in hand comes to an end as well, and counts for nothing.
        _post.Done.Distinct().TakeLast(3).ShouldBe(["a1", "a2", "b3"]);
        _post.Bad = ["b4"];
        await AppendAsync("letters", "b4");
        await Hub.UntilAsync(async () => (await CheckpointAsync("letters")).Failures == 1);
        Hub.Functions = [typeof(Letters), typeof(CodeFunctions.ThingFunction)];
        _post.Bad = [];
        await Hub.CrashAsync();
        await DoneAsync("a1", "a2", "b1", "b2", "b3", "b4", "c1");
        foreach (string done in new[] { "b1", "b2", "b3", "c1" })
            _post.Begun(done).ShouldBe(1, done);
    }

    [Fact]
    public async Task No_more_keys_run_at_a_time_than_it_says()
    {
        _post.AllStuck = true;
        await AppendAsync("letters", "a1", "b1", "c1", "d1", "e1", "a2");
        await Hub.UntilAsync(() => _post.Running == 3);
        _post.Release();
        await DoneAsync("a1", "b1", "c1", "d1", "e1", "a2");
        _post.RunningMost.ShouldBe(3);
    }

    [Fact]
    public async Task A_key_that_fails_waits_for_its_retry_alone_and_operators_see_it()
    {
        _post.Bad = ["a1"];
        await AppendAsync("letters", "a1", "b1", "a2", "b2");
        await DoneAsync("b1", "b2");
        await Hub.UntilAsync(async () => (await CheckpointAsync("letters")).Failures == 1);
        Checkpoint checkpoint = await CheckpointAsync("letters");
        checkpoint.LastFailure!.ErrorMessage.ShouldBe("a1 is bad");
        checkpoint.NextRetryAt.ShouldNotBeNull();
        await Hub.CrashAsync();
        await AppendAsync("letters", "b3");
        await DoneAsync("b1", "b2", "b3");
        _post.Begun("a1").ShouldBe(1, "the wait is stored");
        await Admin.ResumeAsync("letters", "$default");
        await Hub.UntilAsync(() => _post.Begun("a1") == 2);
        _post.Bad = [];
        await Hub.UntilAsync(async () => (await CheckpointAsync("letters")).Failures == 2);
        await Admin.ResumeAsync("letters", "$default");
        await DoneAsync("b1", "b2", "b3", "a1", "a2");
    }

    [Fact]
    public async Task A_batch_is_of_one_key()
    {
        await AppendAsync("bundles", "a1", "b1", "a2", "b2", "a3", "c1");
        await DoneAsync("a1", "b1", "a2", "b2", "a3", "c1");
        _post.Batches.ShouldAllBe(b => b.All(e => e[0] == b[0][0]));
        _post.Batches.ShouldContain(b => b.Length > 1);
    }

    [Fact]
    public async Task A_checkpoint_that_is_set_back_runs_all_of_it_again_when_what_runs_has_ended()
    {
        _post.Stuck = "a1";
        await AppendAsync("letters", "a1", "b1", "c1");
        await DoneAsync("b1", "c1");
        Task set = Admin.SetCheckpointAsync("letters", "$default", StreamPosition.Earliest);
        await AppendAsync("letters", "d1");
        await Hub.UntilAsync(() => _post.Begun("a1") == 1);
        set.IsCompleted.ShouldBeFalse();
        _post.Release();
        await set;
        await Hub.UntilAsync(() => _post.Done.Count(e => e == "b1") == 2 && _post.Done.Contains("d1"));
    }

    [Fact]
    public async Task More_than_it_looks_ahead_comes_when_the_first_is_done()
    {
        _post.Stuck = "a1";
        string[] events = ["a1", .. Enumerable.Range(0, 2_500).Select(i => $"{"bcd"[i % 3]}{i}")];
        await AppendAsync("bundles", events);
        await Hub.UntilAsync(() => _post.Done.Count >= 500);
        await Hub.CrashAsync();
        await Hub.UntilAsync(() => _post.Begun("a1") == 2);
        _post.Release();
        await DoneAsync(events);
        foreach (char key in "bcd")
        {
            // What was not durable when the process died has run once more.
            _post.Done.Where(e => e[0] == key).Distinct().SequenceEqual(events.Where(e => e[0] == key))
                .ShouldBeTrue($"the events of {key} are in their order");
        }
    }

    [Fact]
    public async Task Nothing_of_a_key_overtakes_whatever_fails_and_dies()
    {
        Random random = new(11);
        string[] events = [.. Enumerable.Range(0, 200).Select(i => $"{"abcde"[random.Next(5)]}{i:000}")];
        Dictionary<string, int> fails = events.ToDictionary(e => e, _ => random.Next(4) == 0 ? random.Next(3) : 0);
        _post.Fails = e => _post.Begun(e) <= fails[e];
        for (int i = 0; i < events.Length; i += 20)
        {
            await AppendAsync("bundles", events[i..(i + 20)]);
            int least = random.Next(i + 1);
            await Hub.UntilAsync(() => _post.Done.Distinct().Count() >= least);
            if (i % 40 == 0)
                await Hub.CrashAsync();
        }
        await Hub.UntilAsync(() => _post.Done.Distinct().Count() == events.Length);
        foreach (char key in "abcde")
        {
            _post.Done.Where(e => e[0] == key).Distinct()
                .ShouldBe(events.Where(e => e[0] == key), "each comes after those before it");
        }
    }

    [Fact]
    public async Task What_cannot_be_stored_is_put_aside_and_what_stands_behind_it_counts()
    {
        _post.Reports = "a1";
        Hub.Store.Instead = batch => batch.Turns.Any(
            t => t is { UpsertReaders: not null, InsertMessages: { } sent } && sent.Exists(m => m.Target == "@thing@k"))
            ? new CommitResult(CommitOutcome.Refused) { Detail = "no" }
            : null;
        await AppendAsync("letters", "a1", "b1", "a2", "b2");
        await DoneAsync("a1", "b1", "a2", "b2");
        await Hub.UntilAsync(async () => (await CheckpointAsync("letters")).Lag == 0);
        IDeadLetterClient letters = Hub.Provider.GetRequiredService<IDeadLetterClient>();
        DeadLetter dead = (await letters.ListAsync()).DeadLetters.ShouldHaveSingleItem();
        (dead.Key, dead.SequenceNumber).ShouldBe(("a", 0));
        await Hub.CrashAsync();
        await AppendAsync("letters", "b3");
        await DoneAsync("a1", "b1", "a2", "b2", "b3");
        _post.Begun("a1").ShouldBe(1);
    }

    private Task AppendAsync(string stream, params string[] events) => Hub.Streams.AppendAsync(
        stream, events.Select(e => new StreamEntry(e) { PartitionKey = e[..1] }));

    private Task DoneAsync(params string[] events) => Hub.UntilAsync(
        () => _post.Done.Distinct().Order().SequenceEqual(events.Order()), $"done are {string.Join(", ", events)}");

    private async Task<Checkpoint> CheckpointAsync(string stream) =>
        (await Admin.ListGroupsAsync(stream)).ShouldHaveSingleItem().Checkpoints.ShouldHaveSingleItem();

    public sealed class Post
    {
        private readonly ConcurrentQueue<string> _begun = [];
        private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _running;
        private int _most;

        public IReadOnlyList<string> Bad { get; set; } = [];
        public Func<string, bool> Fails { get; set; } = static _ => false;

        /// <summary>Does not end before it is released.</summary>
        public string? Stuck { get; set; }
        public bool AllStuck { get; set; }

        /// <summary>Signals an entity.</summary>
        public string? Reports { get; set; }
        public ConcurrentQueue<string> Done { get; } = [];
        public ConcurrentQueue<string[]> Batches { get; } = [];
        public int Running => Volatile.Read(ref _running);
        public int RunningMost => Volatile.Read(ref _most);

        public int Begun(string e) => _begun.Count(b => b == e);

        public void Release()
        {
            (Stuck, AllStuck) = (null, false);
            _released.TrySetResult();
        }

        public async Task HandleAsync(string[] events)
        {
            Batches.Enqueue(events);
            foreach (string e in events)
                _begun.Enqueue(e);
            int running = Interlocked.Increment(ref _running);
            InterlockedMax(running);
            try
            {
                if (AllStuck || events.Contains(Stuck))
                    await _released.Task;
                foreach (string e in events)
                {
                    if (Bad.Contains(e) || Fails(e))
                        throw new InvalidOperationException($"{e} is bad");
                }
                foreach (string e in events)
                    Done.Enqueue(e);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }

        private void InterlockedMax(int value)
        {
            int most = Volatile.Read(ref _most);
            while (value > most)
                most = Math.Max(most, Interlocked.CompareExchange(ref _most, value, most));
        }
    }

    private sealed class Letters(Post post)
    {
        [FunctionName("Letters")]
        [FixedDelayRetry(4, "00:10:00")]
        public async Task Handle(
            [EventHubTrigger("letters", Ordering = EventOrdering.Key, MaxConcurrentKeys = 3)] string letter,
            [DurableClient] IDurableClient client)
        {
            if (letter == post.Reports)
                await client.SignalEntityAsync(new EntityId("Thing", "k"), "Get");
            await post.HandleAsync([letter]);
        }
    }

    private sealed class LettersInOrder(Post post)
    {
        [FunctionName("Letters")]
        [FixedDelayRetry(4, "00:10:00")]
        public Task Handle([EventHubTrigger("letters")] string letter) => post.HandleAsync([letter]);
    }

    private sealed class Bundles(Post post)
    {
        [FunctionName("Bundles")]
        [FixedDelayRetry(9, "00:00:00.001")]
        public Task Handle(
            [EventHubTrigger("bundles", Ordering = EventOrdering.Key, MaxEventBatchSize = 7)] string[] letters) =>
            post.HandleAsync(letters);
    }
}

public sealed class StreamOrderOnMemory() : StreamOrderTests(Setup.Memory);
public sealed class StreamOrderOnSqlite() : StreamOrderTests(Setup.Sqlite);
