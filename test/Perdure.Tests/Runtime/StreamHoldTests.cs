using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.Stores;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>A partition that stands still at an event, and goes on with mended code.</summary>
public sealed class StreamHoldTests() : HubTests(Setup.Memory)
{
    private readonly Seen _seen = new();

    public override async ValueTask InitializeAsync()
    {
        Hub.Functions = [typeof(Strict), typeof(CodeFunctions.ThingFunction)];
        Hub.Services = services => services.AddSingleton(_seen);
        Hub.ChecksReplay = false;
        await Hub.StartAsync();
    }

    [Fact]
    public async Task Nothing_overtakes_an_event_that_holds_its_partition()
    {
        _seen.IsBroken = true;
        foreach (int number in new[] { 1, 2, 3 })
            await Hub.Streams.AppendAsync("strict", number, "k");
        await Hub.UntilAsync(() => Hub.Log.All.Any(
            l => l.Text.Contains("stands still for the consumer group $default at event 1", StringComparison.Ordinal)));
        _seen.All.ShouldBe([1]);
        (await Hub.Store.QueryDeadLettersAsync(new() { PageSize = 1 }, default)).Rows.ShouldBeEmpty();

        _seen.IsBroken = false;
        await Hub.RestartAsync();
        await Hub.UntilAsync(() => _seen.All.Count == 3);
        _seen.All.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task What_holds_its_partition_is_tried_again_when_somebody_wants_it()
    {
        await HeldAsync();
        Checkpoint held = (await Admin.ListGroupsAsync("strict")).Single().Checkpoints.Single(c => c.IsHeld);
        (held.SequenceNumber, held.Lag, held.LastFailure!.ErrorMessage).ShouldBe((1, 2, "it is broken"));

        (await Admin.ResumeAsync("strict", "$default", held.PartitionId)).ShouldBe(1);
        await Hub.UntilAsync(() => _seen.Failed == 2);
        await Hub.UntilAsync(
            async () => (await Admin.ListGroupsAsync("strict")).Single().Checkpoints.Any(c => c.IsHeld));
        _seen.IsBroken = false;
        (await Admin.ResumeAsync("strict", "$default")).ShouldBe(1);
        await Hub.UntilAsync(() => _seen.All.Count == 3);
        _seen.All.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task What_holds_its_partition_is_put_aside_when_somebody_wants_it_and_the_next_runs()
    {
        await HeldAsync();
        (await Admin.OnBehalfOf("Ada").ResumeAsync("strict", "$default", skip: true)).ShouldBe(1);
        await Hub.UntilAsync(() => _seen.All.Count == 2);
        _seen.All.ShouldBe([1, 3]);
        DeadLetter dead = (await DeadLetters.ListAsync()).DeadLetters.ShouldHaveSingleItem();
        (dead.FunctionName, dead.SequenceNumber, dead.Reason, dead.Failures)
            .ShouldBe(("Strict", 1, DeadLetterReason.Exception, 1));
        dead.Attempts[0].Failure.ErrorMessage.ShouldBe("it is broken");
        _seen.IsBroken = false;
        (await DeadLetters.ReplayAsync([dead.Id])).ShouldBe(1);
        await Hub.UntilAsync(() => _seen.All.Count == 3);
        await Hub.UntilAsync(() => Hub.Log.All.Any(l => l.Text.EndsWith("as Ada wanted.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_event_whose_function_sent_what_cannot_be_stored_holds_its_partition_too()
    {
        _seen.Sends = true;
        // What the function starts is refused, and what the circuit of the function hears is not.
        Hub.Store.Instead = batch => batch.Turns.Any(
            t => t is { UpsertReaders: not null, InsertMessages: { } sent } && sent.Exists(m => m.Target == "@thing@k"))
            ? new CommitResult(CommitOutcome.Refused) { Detail = "no" }
            : null;
        await HeldAsync();
        _seen.All.ShouldBe([1, 2]);
        Hub.Store.Instead = null;
        (await Admin.ResumeAsync("strict", "$default")).ShouldBe(1);
        await Hub.UntilAsync(() => _seen.All.Count == 4);
        _seen.All.ShouldBe([1, 2, 2, 3]);
    }

    private IStreamAdminClient Admin => Hub.Provider.GetRequiredService<IStreamAdminClient>();

    private IDeadLetterClient DeadLetters => Hub.Provider.GetRequiredService<IDeadLetterClient>();

    /// <summary>The second of three events is broken, and its partition stands still at it.</summary>
    private async Task HeldAsync()
    {
        _seen.IsBroken = !_seen.Sends;
        foreach (int number in new[] { 1, 2, 3 })
            await Hub.Streams.AppendAsync("strict", number, "k");
        await Hub.UntilAsync(
            async () => (await Admin.ListGroupsAsync("strict")).Any(g => g.Checkpoints.Any(c => c.IsHeld)));
    }

    public sealed class Seen
    {
        public ConcurrentQueue<int> All { get; } = [];

        public bool IsBroken { get; set; }

        /// <summary>Whether it starts something for the second event.</summary>
        public bool Sends { get; set; }

        public int Failed { get; set; }
    }

    private sealed class Strict(Seen seen)
    {
        [FunctionName("Strict")]
        [FixedDelayRetry(0, "00:00:01")]
        public async Task Run(
            [EventHubTrigger("strict", FailurePolicy = EventFailurePolicy.HoldPartition)] int number,
            [DurableClient] IDurableClient client)
        {
            if (number == 2 && seen.IsBroken)
            {
                seen.Failed++;
                throw new InvalidOperationException("it is broken");
            }
            if (number == 2 && seen.Sends)
                await client.SignalEntityAsync(new EntityId("Thing", "k"), "Get");
            seen.All.Enqueue(number);
        }
    }
}
