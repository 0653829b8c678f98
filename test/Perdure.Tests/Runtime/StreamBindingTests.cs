using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.Stores;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Events as the parameters of functions, and what functions append.</summary>
public sealed class StreamBindingTests() : HubTests(Setup.Memory)
{
    private readonly Seen _seen = new();

    public override async ValueTask InitializeAsync()
    {
        Hub.Functions = [typeof(Orders), typeof(One), typeof(Bytes), typeof(Whole), typeof(Meta), typeof(Sink)];
        Hub.Services = services => services.AddSingleton(_seen);
        Hub.ChecksReplay = false;
        await Hub.StartAsync();
    }

    [Fact]
    public async Task An_event_is_the_value_that_its_function_wants()
    {
        await Hub.Streams.AppendAsync("one", new { Id = 7, Item = "tea" });
        await Hub.Streams.AppendAsync("one", """{"id":8,"item":"text that is JSON"}""");
        await SeenAsync("one 7 tea", "one 8 text that is JSON");

        await Hub.Streams.AppendAsync("bytes", Encoding.UTF8.GetBytes("raw \0 bytes"));
        await SeenAsync("bytes raw \0 bytes");

        StreamEntry entry = new(new[] { 1, 2 }) { EventId = "e1", PartitionKey = "k" };
        await Hub.Streams.AppendAsync("whole", [entry]);
        await SeenAsync("whole e1 k [1,2] 0");

        await Hub.Streams.AppendAsync("meta", [new StreamEntry("text") { EventId = "e2", PartitionKey = "k" }]);
        await SeenAsync("meta text k 0 e2 True");
    }

    [Fact]
    public async Task What_does_not_fit_is_put_aside_alone_and_the_rest_of_its_batch_runs()
    {
        await Hub.Streams.AppendAsync("orders",
        [
            Order(new { Id = 1, Item = "a" }), Order("no JSON at all"), Order(new { Id = 2, Item = "b" }),
            Order(new { Id = "three" }), Order(new { Id = 4, Item = "d" }),
        ]);
        await SeenAsync("orders 1,2,4 at 0,2,4");
        IReadOnlyList<DeadLetterRow> dead = await DeadLettersAsync(2);
        dead.ShouldAllBe(d => d.Class == DeadLetterReason.Unbindable && d.Order == "k");

        await Hub.Streams.AppendAsync("orders", [Order("nothing"), Order("of it fits")]);
        await DeadLettersAsync(4);
        _seen.All.ShouldBeEmpty("its function does not run without an event");
        await Hub.Streams.AppendAsync("one", "not JSON");
        await DeadLettersAsync(5);
    }

    [Fact]
    public async Task What_a_function_gives_goes_to_its_streams()
    {
        await Hub.Queues.SendAsync("gives", "x");
        await SeenAsync("sink \"a\" key", "sink \"b\" key", "sink {\"Back\":\"x\"} ");
    }

    private static StreamEntry Order(object value) => new(value) { PartitionKey = "k" };

    private async Task<IReadOnlyList<DeadLetterRow>> DeadLettersAsync(int count)
    {
        IReadOnlyList<DeadLetterRow> dead = [];
        await Hub.UntilAsync(async () => (dead = (await Hub.Store.QueryDeadLettersAsync(
            new DeadLetterQuery { PageSize = 10 }, CancellationToken.None)).Rows).Count == count);
        return dead;
    }

    private async Task SeenAsync(params string[] lines)
    {
        await Hub.UntilAsync(() => _seen.All.Count >= lines.Length, string.Join(';', lines));
        _seen.All.ShouldBe(lines, ignoreOrder: true);
        _seen.All.Clear();
    }

    public sealed class Seen
    {
        public ConcurrentBag<string> All { get; } = [];
    }

    public sealed record OrderEvent(int Id, string Item);

    private sealed class Orders(Seen seen)
    {
        [FunctionName("Orders")]
        public void Run(long[] sequenceNumberArray, [EventHubTrigger("orders")] OrderEvent[] orders) => seen.All.Add(
            $"orders {string.Join(',', orders.Select(o => o.Id))} at {string.Join(',', sequenceNumberArray)}");
    }

    private sealed class One(Seen seen)
    {
        [FunctionName("One")]
        public void Run([EventHubTrigger("one")] OrderEvent order) => seen.All.Add($"one {order.Id} {order.Item}");
    }

    private sealed class Bytes(Seen seen)
    {
        [FunctionName("Bytes")]
        public void Run([EventHubTrigger("bytes")] byte[] bytes) =>
            seen.All.Add($"bytes {Encoding.UTF8.GetString(bytes)}");
    }

    private sealed class Whole(Seen seen)
    {
        [FunctionName("Whole")]
        public void Run([EventHubTrigger("whole")] StreamEvent e) => seen.All.Add(
            $"whole {e.EventId} {e.PartitionKey} {Encoding.UTF8.GetString(e.Body.Span)} {e.SequenceNumber}");
    }

    private sealed class Meta(Seen seen)
    {
        [FunctionName("Meta")]
        public void Run(
            [EventHubTrigger("meta")] string text, string partitionKey, long sequenceNumber, string eventId,
            DateTime enqueuedTimeUtc) => seen.All.Add(
                $"meta {text} {partitionKey} {sequenceNumber} {eventId} {enqueuedTimeUtc > DateTime.UnixEpoch}");
    }

    private sealed class Sink(Seen seen)
    {
        [FunctionName("Sink")]
        public void Run([EventHubTrigger("sink")] StreamEvent[] events)
        {
            foreach (StreamEvent e in events)
                seen.All.Add($"sink {Encoding.UTF8.GetString(e.Body.Span)} {e.PartitionKey}");
        }

        [FunctionName("Gives")]
        [return: EventHub("sink")]
        public object Gives(
            [QueueTrigger("gives")] string item, [EventHub("sink")] ICollector<StreamEntry> entries)
        {
            entries.Add(new StreamEntry("a") { PartitionKey = "key" });
            entries.Add(new StreamEntry("b") { PartitionKey = "key" });
            return new { Back = item };
        }
    }
}
