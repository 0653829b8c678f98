using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Management;

/// <summary>Routes of queues and streams.</summary>
internal static class EventHandlers
{
    private const int BatchMax = 10_000;

    public static async Task<Answer> SendAsync(ManagementCall call)
    {
        QueueSendOptions options = new()
        {
            SessionId = call.Query("sessionId"),
            MessageId = call.Query("messageId"),
            Delay = call.Seconds("delay") ?? TimeSpan.Zero,
        };
        object? message = await ReadAsync(call);
        string id = await call.Http.Queues.SendAsync(call.Value("queueName")!, message, options, call.Aborted);
        return new Answer(StatusCodes.Status202Accepted)
        {
            Body = w =>
            {
                w.WriteStartObject();
                w.WriteString("messageId", id);
                w.WriteEndObject();
            },
        };
    }

    public static async Task<Answer> AppendAsync(ManagementCall call)
    {
        string? key = call.Query("partitionKey");
        string? id = call.Query("eventId");
        bool isBatch = call.Flag("batch");
        object? body = await ReadAsync(call);
        StreamEntry[] entries = isBatch
            ? Batch(body, key, id)
            : [new StreamEntry(body) { PartitionKey = key, EventId = id }];
        IReadOnlyList<string> ids =
            await call.Http.Streams.AppendAsync(call.Value("streamName")!, entries, call.Aborted);
        return new Answer(StatusCodes.Status202Accepted)
        {
            Body = w =>
            {
                w.WriteStartObject();
                w.WriteStartArray("eventIds");
                foreach (string one in ids)
                    w.WriteStringValue(one);
                w.WriteEndArray();
                w.WriteEndObject();
            },
        };
    }

    /// <summary>A body that says that it is JSON is JSON, any other the text that it is.</summary>
    public static async Task<object?> ReadAsync(ManagementCall call) => Read(call, await call.ReadBodyAsync());

    public static object? Read(ManagementCall call, byte[] body) =>
        RequestBody.IsJson(call.Request) ? RequestBody.Parse(call.Request, body) : RequestBody.Text(body);

    private static StreamEntry[] Batch(object? body, string? key, string? id)
    {
        if (id is not null)
            throw Bad("The parameter eventId names one event; a batch has many.");
        if (body is not JsonElement { ValueKind: JsonValueKind.Array } events)
            throw Bad("With batch=true the body is a JSON array, with the content type application/json.");
        int count = events.GetArrayLength();
        if (count is 0 or > BatchMax)
            throw Bad($"The batch has {count} events; it has from 1 to {BatchMax}.");
        return [.. events.EnumerateArray().Select(e => new StreamEntry(e) { PartitionKey = key })];
    }

    private static RequestRefusedException Bad(string message) => new(StatusCodes.Status400BadRequest, message);
}
