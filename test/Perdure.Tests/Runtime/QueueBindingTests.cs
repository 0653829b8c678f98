using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.Stores;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Messages as the parameters of functions, and what functions send.</summary>
public sealed class QueueBindingTests() : HubTests(Setup.Memory)
{
    private readonly Seen _seen = new();

    public override async ValueTask InitializeAsync()
    {
        Hub.Functions =
        [
            typeof(Orders), typeof(Bytes), typeof(Whole), typeof(Meta), typeof(OutOne), typeof(Returns),
            typeof(Collects), typeof(Sink),
        ];
        Hub.Services = services => services.AddSingleton(_seen);
        Hub.ChecksReplay = false;
        await Hub.StartAsync();
    }

    [Fact]
    public async Task A_message_is_the_value_that_its_function_wants()
    {
        await SendAsync("orders", new { Id = 7, Item = "tea" });
        await SendAsync("orders", """{"id":8,"item":"text that is JSON"}""");
        await SeenAsync("order 7 tea", "order 8 text that is JSON");

        await SendAsync("bytes", Encoding.UTF8.GetBytes("raw \0 bytes"));
        await SendAsync("bytes", "just text!");
        await SeenAsync("bytes raw \0 bytes", "bytes just text!");

        await Hub.Queues.SendAsync("whole", new[] { 1, 2 }, new QueueSendOptions { MessageId = "m1", SessionId = "s" });
        await SeenAsync("whole m1 s [1,2] 1");

        await Hub.Queues.SendAsync("meta", "text", new QueueSendOptions { MessageId = "m2" });
        await SeenAsync("meta m2 1 text  True");
    }

    [Fact]
    public async Task What_does_not_fit_is_put_aside_at_once_and_its_function_does_not_run()
    {
        await SendAsync("orders", new { Id = "seven" });
        await SendAsync("orders", "no JSON at all");
        IReadOnlyList<DeadLetterRow> dead = [];
        await Hub.UntilAsync(async () => (dead = (await Hub.Store.QueryDeadLettersAsync(
            new DeadLetterQuery { PageSize = 10 }, CancellationToken.None)).Rows).Count == 2);
        dead.ShouldAllBe(d => d.Class == DeadLetterReason.Unbindable);
        _seen.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_function_gives_goes_to_its_queues()
    {
        await SendAsync("outone", "a");
        await SendAsync("returns", "b");
        await SendAsync("returns", "nothing");
        await SendAsync("collects", "c");
        await SeenAsync("sink \"out a\"", "sink {\"back\":\"b\"}", "sink 1", "sink 2", "sink \"c\"");
        await SeenAsync();
    }

    private async Task SendAsync(string queue, object message) => await Hub.Queues.SendAsync(queue, message);

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

    public sealed record Order(int Id, string? Item);

    private sealed class Orders
    {
        [FunctionName("Orders")]
        public static async Task Run([QueueTrigger("orders")] Order order, Seen seen)
        {
            await Task.Yield();
            seen.All.Add($"order {order.Id} {order.Item}");
        }
    }


    private sealed class Bytes(Seen seen)
    {
        [FunctionName("Bytes")]
        public void Run([QueueTrigger("bytes")] byte[] bytes) =>
            seen.All.Add($"bytes {Encoding.UTF8.GetString(bytes)}");
    }

    private sealed class Whole(Seen seen)
    {
        [FunctionName("Whole")]
        public ValueTask Run([QueueTrigger("whole")] QueueMessage message)
        {
            seen.All.Add($"whole {message.Id} {message.SessionId} {Encoding.UTF8.GetString(message.Body.Span)} "
                + $"{message.DequeueCount}");
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Meta(Seen seen)
    {
        [FunctionName("Meta")]
        public void Run(
            [QueueTrigger("meta")] JsonElement body, string id, int dequeueCount, string queueTrigger,
            string? sessionId, DateTimeOffset insertionTime) =>
            seen.All.Add($"meta {id} {dequeueCount} {queueTrigger} {sessionId} "
                + $"{body.GetString() == queueTrigger && insertionTime > DateTimeOffset.UnixEpoch.AddYears(50)}");
    }

    private sealed class OutOne
    {
        [FunctionName("OutOne")]
        public static void Run(
            [QueueTrigger("outone")] string item, [Queue("sink")] out string sent, [Queue("sink")] out Order? none)
        {
            sent = $"out {item}";
            none = null;
        }
    }

    private sealed class Returns
    {
        [FunctionName("Returns")]
        [return: Queue("sink")]
        public static async Task<object?> Run([QueueTrigger("returns")] string item)
        {
            await Task.Yield();
            return item == "nothing" ? null : new { back = item };
        }
    }

    private sealed class Collects
    {
        [FunctionName("Collects")]
        public static async Task Run(
            [QueueTrigger("collects")] string item, [Queue("sink")] ICollector<int> numbers,
            [Queue("sink")] IAsyncCollector<string> texts)
        {
            numbers.Add(1);
            numbers.Add(2);
            await texts.AddAsync(item);
            await texts.FlushAsync();
        }
    }

    private sealed class Sink(Seen seen)
    {
        [FunctionName("Sink")]
        public void Run([QueueTrigger("sink")] JsonElement value) => seen.All.Add($"sink {value.GetRawText()}");
    }
}
