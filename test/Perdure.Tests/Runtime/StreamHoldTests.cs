using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>A partition that stands still at an event, and goes on with mended code.</summary>
public sealed class StreamHoldTests() : HubTests(Setup.Memory)
{
    private readonly Seen _seen = new();

    public override async ValueTask InitializeAsync()
    {
        Hub.Functions = [typeof(Strict)];
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

    public sealed class Seen
    {
        public ConcurrentQueue<int> All { get; } = [];

        public bool IsBroken { get; set; }
    }

    private sealed class Strict(Seen seen)
    {
        [FunctionName("Strict")]
        [FixedDelayRetry(0, "00:00:01")]
        public void Run([EventHubTrigger("strict", FailurePolicy = EventFailurePolicy.HoldPartition)] int number)
        {
            if (number == 2 && seen.IsBroken)
                throw new InvalidOperationException("it is broken");
            seen.All.Enqueue(number);
        }
    }
}
