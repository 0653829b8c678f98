using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class EventRouteTests
{
    [Fact]
    [Answers("SendMessage", 202, 400)]
    public async Task Sends_messages_to_a_queue()
    {
        await using App app = await App.StartAsync();
        Reply sent = await app.PostAsync("queues/Visits?messageId=m1&sessionId=s", "2");
        (sent.Status, sent.Text).ShouldBe((202, """{"messageId":"m1"}"""));
        await IsAsync(app, "2");
        (await app.SendAsync("POST", "queues/visits", "3", "text/plain")).Status.ShouldBe(202);
        await IsAsync(app, "5");

        await RefusedAsync(app, "queues/unknown", "1", "No function of this hub has the queue 'unknown'");
        await RefusedAsync(app, "queues/visits", "{", "The body is not JSON");
        await RefusedAsync(app, "queues/visits?delay=soon", "1", "The parameter delay is 'soon'");
        await RefusedAsync(app, $"queues/visits?sessionId={new string('s', 257)}", "1", "257 characters");
    }

    [Fact]
    [Answers("AppendEvents", 202, 400)]
    public async Task Appends_events_to_a_stream()
    {
        await using App app = await App.StartAsync();
        Reply one = await app.PostAsync("streams/Visits?eventId=e1&partitionKey=k", "2");
        (one.Status, one.Text).ShouldBe((202, """{"eventIds":["e1"]}"""));
        Reply many = await app.PostAsync("streams/visits?batch=true", "[3,4,5]");
        many.Json.GetProperty("eventIds").GetArrayLength().ShouldBe(3);
        await IsAsync(app, "14");

        await RefusedAsync(app, "streams/unknown", "1", "No function of this hub has the stream 'unknown'");
        await RefusedAsync(app, "streams/visits", "{", "The body is not JSON");
        await RefusedAsync(app, "streams/visits?batch=true", "1", "the body is a JSON array");
        await RefusedAsync(app, "streams/visits?batch=true", "[]", "The batch has 0 events");
        await RefusedAsync(app, "streams/visits?batch=true&eventId=e", "[1]", "a batch has many");
    }

    private static async Task RefusedAsync(App app, string path, string body, string message)
    {
        Reply reply = await app.PostAsync(path, body);
        reply.Status.ShouldBe(400, reply.Text);
        reply.Message.ShouldContain(message);
    }

    private static Task IsAsync(App app, string state) =>
        App.UntilAsync(async () => (await app.GetAsync("entities/Visits/events")).Text == state);
}
