using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.Streams;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>A key that stands still at an event, while the others of its partition go on.</summary>
/// <param name="setup">The store.</param>
/// <param name="byKey">Whether each key has an order of its own.</param>
public abstract class StreamKeyTests(Setup setup, bool byKey) : HubTests(setup)
{
    private readonly Keyed _keyed = new();

    private IDeadLetterClient DeadLetters => Hub.Provider.GetRequiredService<IDeadLetterClient>();

    public override async ValueTask InitializeAsync()
    {
        Hub.Functions = [byKey ? typeof(OrderlyByKey) : typeof(Orderly)];
        Hub.Services = services => services.AddSingleton(_keyed);
        Hub.ChecksReplay = false;
        await Hub.StartAsync(o => o.Streams.Partitions = 1);
    }

    [Fact]
    public async Task What_comes_behind_waits_unseen_and_runs_in_its_order_when_its_turn_comes()
    {
        _keyed.Bad = ["a2"];
        await AppendAsync("a1", "b1", "a2", "b2", "a3", "b3");
        await AppendAsync("a4", "b4");
        await DoneAsync("a1", "b1", "b2", "b3", "b4");
        await UntilAsync(active: 1, held: 2);
        DeadLetter head = await HeadAsync();
        (head.Key, head.Reason, head.Failures).ShouldBe(("a", DeadLetterReason.Exception, 3));
        DeadLetter waiting = (await HeldAsync())[0];
        (waiting.Key, waiting.Reason, waiting.Failures, waiting.Attempts.Count)
            .ShouldBe(("a", DeadLetterReason.KeyHeld, 0, 0));
        (await DeadLetters.ReplayAsync([waiting.Id])).ShouldBe(0, "it is not its turn");

        _keyed.Bad = [];
        (await DeadLetters.ReplayAsync([head.Id])).ShouldBe(1);
        await DoneAsync("a1", "b1", "b2", "b3", "b4", "a2", "a3", "a4");
        await UntilAsync(active: 0, held: 0);
        _keyed.Of('a').ShouldBe(["a1", "a2", "a3", "a4"]);
        (await DeadLetters.GetAsync(waiting.Id))!.Trail.Select(t => t.Action)
            .ShouldBe([DeadLetterAction.Released, DeadLetterAction.Resolved]);
        await AppendAsync("a5");
        await Hub.UntilAsync(() => _keyed.Of('a').Count == 5);
        // By key, those before it were in its batch.
        if (!byKey)
            _keyed.Tried("a3").ShouldBe(1, "it was not seen before");
    }

    [Fact]
    public async Task All_of_it_survives_the_process()
    {
        _keyed.Bad = ["a1"];
        await AppendAsync("a1", "a2", "b1");
        await UntilAsync(active: 1, held: 1);
        await Hub.CrashAsync();
        await AppendAsync("a3", "b2");
        await DoneAsync("b1", "b2");
        await UntilAsync(active: 1, held: 2);
        (_keyed.Bad, _keyed.Stuck) = ([], "a3");
        (await DeadLetters.ReplayAsync([(await HeadAsync()).Id])).ShouldBe(1);
        await Hub.CrashAsync();
        await Hub.UntilAsync(() => _keyed.Tried("a3") >= 1);
        await AppendAsync("a4");
        await UntilAsync(active: 0, held: 1);
        _keyed.Stuck = null;
        await Hub.CrashAsync();
        await Hub.UntilAsync(() => _keyed.Of('a').Contains("a4"));
        _keyed.Of('a').Distinct().ShouldBe(["a1", "a2", "a3", "a4"]);
        await UntilAsync(active: 0, held: 0);
    }

    [Fact]
    public async Task When_the_first_is_discarded_the_next_one_runs_and_when_it_is_restored_the_key_stands_still()
    {
        _keyed.Bad = ["a1"];
        await AppendAsync("a1", "a2", "a3");
        await UntilAsync(active: 1, held: 2);
        DeadLetter head = await HeadAsync();
        string last = (await HeldAsync())[1].Id;
        (await DeadLetters.DiscardAsync([last])).ShouldBe(1, "one that waits can be discarded too");
        (await DeadLetters.DiscardAsync([head.Id])).ShouldBe(1);
        await DoneAsync("a2");
        await UntilAsync(active: 0, held: 0);
        (await DeadLetters.RestoreAsync([head.Id])).ShouldBe(1);
        await LookedAsync();
        await AppendAsync("a4");
        await UntilAsync(active: 1, held: 1);
        _keyed.Bad = [];
        (await DeadLetters.ReplayAsync([head.Id])).ShouldBe(1);
        await DoneAsync("a2", "a1", "a4");
    }

    [Fact]
    public async Task What_waited_has_all_its_retries_and_then_is_the_one_that_others_wait_for()
    {
        _keyed.Bad = ["a1", "a2"];
        await AppendAsync("a1", "a2", "a3");
        await UntilAsync(active: 1, held: 2);
        string second = (await HeldAsync())[0].Id;
        _keyed.Bad = ["a2"];
        int tried = _keyed.Tried("a2");
        (await DeadLetters.ReplayAsync([(await HeadAsync()).Id])).ShouldBe(1);
        await UntilAsync(active: 1, held: 1);
        (_keyed.Tried("a2") - tried).ShouldBe(2);
        (await HeadAsync()).Id.ShouldBe(second);
        (await HeadAsync()).Failures.ShouldBe(2);
        _keyed.Bad = [];
        (await DeadLetters.ReplayAsync([second])).ShouldBe(1);
        await DoneAsync("a1", "a2", "a3");
    }

    [Fact]
    public async Task A_revision_takes_the_place_of_the_first()
    {
        _keyed.Bad = ["a1"];
        await AppendAsync("a1", "a2");
        await UntilAsync(active: 1, held: 1);
        string revision = await DeadLetters.EditAsync((await HeadAsync()).Id, "a1 mended");
        await AppendAsync("a3");
        await UntilAsync(active: 1, held: 2);
        (await DeadLetters.ReplayAsync([revision])).ShouldBe(1);
        await DoneAsync("a1 mended", "a2", "a3");
    }

    [Fact]
    public async Task Nothing_of_a_key_overtakes_whatever_fails_and_dies()
    {
        Random random = new(7);
        string[] events = [.. Enumerable.Range(0, 200).Select(i => $"{"abcde"[random.Next(5)]}{i:000}")];
        Dictionary<string, int> fails = events.ToDictionary(e => e, _ => random.Next(4) == 0 ? random.Next(9) : 0);
        _keyed.Fails = e => _keyed.Tried(e) <= fails[e];
        for (int i = 0; i < events.Length; i += 20)
        {
            await AppendAsync(events[i..(i + 20)]);
            await ProcessedAsync(random.Next(i + 1));
            if (i % 40 == 0)
                await Hub.CrashAsync();
        }
        await ProcessedAsync(events.Length);
        await UntilAsync(active: 0, held: 0);
        foreach (char key in "abcde")
            _keyed.Of(key).Distinct().ShouldBe(events.Where(e => e[0] == key), "each comes after those before it");

        Task ProcessedAsync(int count) => Hub.UntilAsync(async () =>
        {
            await DeadLetters.ReplayAsync((await ListAsync(DeadLetterState.Active)).Select(l => l.Id));
            return _keyed.Done.Distinct().Count() >= count;
        });
    }

    [Fact]
    public async Task An_event_without_a_key_is_put_aside_alone()
    {
        _keyed.Bad = ["x1"];
        await Hub.Streams.AppendAsync("orderly", "x1");
        await Hub.Streams.AppendAsync("orderly", "x2");
        await DoneAsync("x2");
        await UntilAsync(active: 1, held: 0);
    }

    [Fact]
    public async Task A_key_with_too_many_that_wait_holds_its_partition()
    {
        _keyed.Bad = ["a1"];
        await AppendAsync("a1");
        await UntilAsync(active: 1, held: 0);
        await AppendAsync([.. Enumerable.Range(2, KeyHolds.WaitingMax).Select(i => $"a{i}")]);
        await UntilAsync(active: 1, held: KeyHolds.WaitingMax);
        await AppendAsync("a9999", "b1");
        await Hub.UntilAsync(() => Hub.Log.All.Any(l => l.Event.Id == 83));
        if (byKey)
            await DoneAsync("b1");
        else
            _keyed.Of('b').ShouldBeEmpty();
        (await DeadLetters.DiscardAsync([(await HeldAsync())[0].Id])).ShouldBe(1);
        await DoneAsync("b1");
        await UntilAsync(active: 1, held: KeyHolds.WaitingMax);
    }

    /// <summary>The key is the first letter.</summary>
    private Task AppendAsync(params string[] events) => Hub.Streams.AppendAsync(
        "orderly", events.Select(e => new StreamEntry(e) { PartitionKey = e[..1] }));

    private Task DoneAsync(params string[] events) => Hub.UntilAsync(
        () => _keyed.Done.Order().SequenceEqual(events.Order()), $"done are {string.Join(", ", events)}");

    private Task UntilAsync(int active, int held) => Hub.UntilAsync(
        async () => (await ListAsync(DeadLetterState.Active)).Count == active && (await HeldAsync()).Count == held,
        $"{active} are active and {held} held");

    /// <summary>What was changed in the store is known to the reader.</summary>
    private async Task LookedAsync()
    {
        string log = Hub.Host.Node.Streams.LogFor("orderly", "a");
        await Hub.UntilAsync(() => Hub.Host.Node.PartitionOf(log).HeldKeys(log) == 1);
    }

    private async Task<DeadLetter> HeadAsync() => (await ListAsync(DeadLetterState.Active)).ShouldHaveSingleItem();

    private Task<IReadOnlyList<DeadLetter>> HeldAsync() => ListAsync(DeadLetterState.Held);

    private async Task<IReadOnlyList<DeadLetter>> ListAsync(DeadLetterState state) =>
        (await DeadLetters.ListAsync(new DeadLetterFilter { State = state }, 1_000)).DeadLetters;

    public sealed class Keyed
    {
        private readonly ConcurrentQueue<string> _tried = [];

        public IReadOnlyList<string> Bad { get; set; } = [];

        public Func<string, bool> Fails { get; set; } = static _ => false;

        /// <summary>Its function does not end.</summary>
        public string? Stuck { get; set; }

        public ConcurrentQueue<string> Done { get; } = [];

        public List<string> Of(char key) => [.. Done.Where(e => e[0] == key)];

        public int Tried(string e) => _tried.Count(t => t == e);

        public async Task HandleAsync(string[] events)
        {
            foreach (string e in events)
                _tried.Enqueue(e);
            if (events.Contains(Stuck))
                await new TaskCompletionSource().Task;
            foreach (string e in events)
            {
                if (Bad.Contains(e) || Fails(e))
                    throw new InvalidOperationException($"{e} is bad");
            }
            foreach (string e in events)
                Done.Enqueue(e);
        }
    }

    private sealed class OrderlyByKey(Keyed keyed)
    {
        [FunctionName("Orderly")]
        [FixedDelayRetry(1, "00:00:00.001")]
        public Task Handle(
            [EventHubTrigger(
                "orderly", MaxEventBatchSize = 4, FailurePolicy = EventFailurePolicy.HoldKey,
                Ordering = EventOrdering.Key)]
            string[] events) => keyed.HandleAsync(events);
    }

    private sealed class Orderly(Keyed keyed)
    {
        [FunctionName("Orderly")]
        [FixedDelayRetry(1, "00:00:00.001")]
        public Task Handle(
            [EventHubTrigger("orderly", MaxEventBatchSize = 4, FailurePolicy = EventFailurePolicy.HoldKey)]
            string[] events) => keyed.HandleAsync(events);
    }
}

public sealed class StreamKeysOnMemory() : StreamKeyTests(Setup.Memory, byKey: false);
public sealed class StreamKeysOnSqlite() : StreamKeyTests(Setup.Sqlite, byKey: false);
public sealed class StreamKeysByKeyOnMemory() : StreamKeyTests(Setup.Memory, byKey: true);
public sealed class StreamKeysByKeyOnSqlite() : StreamKeyTests(Setup.Sqlite, byKey: true);
