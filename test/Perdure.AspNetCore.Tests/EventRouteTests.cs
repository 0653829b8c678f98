using Perdure.AspNetCore.Tests.Support;
using Perdure.Core.Stores;

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

    [Fact]
    [Answers("ListStreams", 200)]
    [Answers("GetStream", 200, 404)]
    [Answers("ListConsumerGroups", 200, 404)]
    [Answers("SetCheckpoint", 200, 400, 404)]
    [Answers("ResumeConsumerGroup", 200, 400, 404, 409)]
    [Answers("DeleteConsumerGroup", 204, 404, 409)]
    public async Task Shows_streams_and_moves_checkpoints()
    {
        await using App app = await App.StartAsync(hub: o => o.Streams.Partitions = 1);
        await app.PostAsync("streams/visits", "2");
        await IsAsync(app, "2");
        (await app.GetAsync("streams")).Json.EnumerateArray().Select(s => $"{s.GetProperty("name")} "
            + $"{s.GetProperty("partitions")}").ShouldBe(["visits 1"]);
        (await app.GetAsync("streams/Visits")).Json.GetProperty("partitions").GetRawText().ShouldBe(
            """[{"partitionId":0,"beginningSequenceNumber":0,"nextSequenceNumber":1}]""");
        (await app.GetAsync("streams/none")).Status.ShouldBe(404);
        (await app.GetAsync("streams/none/groups")).Status.ShouldBe(404);

        await app.PostAsync("streams/visits/groups/$default/checkpoint?to=earliest");
        await IsAsync(app, "4");
        Reply set = await app.PostAsync("streams/visits/groups/%24Default/checkpoint?sequenceNumber=0&partitionId=0");
        (set.Status, set["name"], set["functionName"]).ShouldBe((200, "$default", "VisitedAgain"), set.Text);
        await IsAsync(app, "6");
        await RefusedAsync(app, "streams/visits/groups/$default/checkpoint", "", "either of the parameters");
        await RefusedAsync(app, "streams/visits/groups/$default/checkpoint?to=now", "", "The parameter to is 'now'");
        await RefusedAsync(
            app, "streams/visits/groups/$default/checkpoint?sequenceNumber=2&partitionId=0", "", "beyond the end");
        await RefusedAsync(
            app, "streams/visits/groups/$default/checkpoint?sequenceNumber=x", "", "sequenceNumber is 'x'");
        await RefusedAsync(app, "streams/visits/groups/$default/resume?skip=perhaps", "", "The parameter skip");
        foreach (string path in new[] { "none/groups/$default", "visits/groups/nobody" })
        {
            (await app.PostAsync($"streams/{path}/checkpoint?to=latest")).Status.ShouldBe(404);
            (await app.PostAsync($"streams/{path}/resume")).Status.ShouldBe(404);
            (await app.DeleteAsync($"streams/{path}")).Status.ShouldBe(404);
        }
        (await app.PostAsync("streams/visits/groups/$default/resume")).Status.ShouldBe(409);
        (await app.DeleteAsync("streams/visits/groups/$default")).Status.ShouldBe(409);
    }

    [Fact]
    [Answers("ResumeConsumerGroup", 200)]
    public async Task Lets_a_group_go_on_that_stands_still()
    {
        await using App app = await App.StartAsync(hub: o =>
        {
            o.Streams.Partitions = 1;
            o.FunctionTypes.Add(typeof(Strict));
        });
        await app.PostAsync("streams/strict", "-1");
        await App.UntilAsync(async () => (await app.GetAsync("streams/strict/groups")).Json[0]
            .GetProperty("checkpoints")[0] is var checkpoint && checkpoint.GetProperty("isHeld").GetBoolean()
            && checkpoint.GetProperty("errorMessage").GetString() == "no -1"
            && checkpoint.GetProperty("lag").GetInt32() == 1);
        Reply resumed = await app.PostAsync("streams/strict/groups/$default/resume?partitionId=0&skip=true");
        (resumed.Status, resumed.Text).ShouldBe((200, """{"resumed":1}"""));
        (await app.GetAsync("deadLetters?source=stream%20strict")).Json.GetArrayLength().ShouldBe(1);
    }

    [Fact]
    [Answers("DeleteConsumerGroup", 204)]
    public async Task Forgets_a_group_that_nobody_reads_for()
    {
        await using App app = await App.StartAsync();
        Perdure.Runtime.Partition partition = app.Parts.Node.PartitionOf("@@/old/0");
        IStore store = app.Parts.Node.Store;
        await store.OpenStreamAsync(new StreamRow("old", 1, 0), default);
        CommitResult written = await store.CommitAsync(new Batch
        {
            Node = 999,
            Lane = 0,
            Number = 1,
            At = 0,
            Fences = [],
            Turns =
            [
                new TurnRows
                {
                    Partition = partition.Number,
                    UpsertReaders = [new(partition.Number, "@@/old/0", "gone", 0, 0, "{}"u8.ToArray())],
                },
            ],
        });
        written.Outcome.ShouldBe(CommitOutcome.Committed);
        (await app.GetAsync("streams/old/groups")).Json[0].GetProperty("functionName").GetString().ShouldBeNull();
        (await app.DeleteAsync("streams/old/groups/gone")).Status.ShouldBe(204);
        (await app.GetAsync("streams/old/groups")).Text.ShouldBe("[]");
        (await app.DeleteAsync("streams/old/groups/gone")).Status.ShouldBe(404);
    }

    private static async Task RefusedAsync(App app, string path, string body, string message)
    {
        Reply reply = await app.PostAsync(path, body);
        reply.Status.ShouldBe(400, reply.Text);
        reply.Message.ShouldContain(message);
    }

    private static Task IsAsync(App app, string state) =>
        App.UntilAsync(async () => (await app.GetAsync("entities/Visits/events")).Text == state);

    private static class Strict
    {
        [FunctionName("Strict")]
        [FixedDelayRetry(0, "00:00:01")]
        public static void Run(
            [EventHubTrigger("strict", FailurePolicy = EventFailurePolicy.HoldPartition)] int number) =>
            throw new InvalidOperationException($"no {number}");
    }
}
