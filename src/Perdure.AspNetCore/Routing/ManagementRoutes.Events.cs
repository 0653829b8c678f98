using Perdure.AspNetCore.Management;

namespace Perdure.AspNetCore.Routing;

/// <summary>The lines of queues and streams.</summary>
internal static partial class ManagementRoutes
{
    private const string EventBody =
        "JSON with the content type application/json, any other as a text; a text goes to a function that wants "
        + "something else as JSON.";

    private static ManagementRoute[] Events() =>
    [
        new()
        {
            Name = "SendMessage",
            Method = "POST",
            Pattern = ApiPath + "/queues/{queueName}",
            Scope = AccessScope.Operate,
            RefusesWhenBusy = true,
            Summary = "Sends a message to a queue.",
            Body = EventBody,
            Query =
            [
                new("sessionId", "string", "Messages of one session are delivered one at a time, in order."),
                new("messageId", "string", "The id of the message; drawn if it is missing."),
                new("delay", "number", "Seconds until it is delivered; none by default."),
            ],
            Answers =
            [
                new(202, "The message is kept; its id."),
                new(400, "No function has the queue, or the body or a parameter cannot be used."),
            ],
            Handle = EventHandlers.SendAsync,
        },
        new()
        {
            Name = "AppendEvents",
            Method = "POST",
            Pattern = ApiPath + "/streams/{streamName}",
            Scope = AccessScope.Operate,
            RefusesWhenBusy = true,
            Summary = "Appends an event to a stream, or all of a JSON array.",
            Body = EventBody,
            Query =
            [
                new("partitionKey", "string", "Events of one key stay in order; one after the other by default."),
                new("eventId", "string", "The id of the event; drawn if it is missing. Not for a batch."),
                new("batch", "boolean", "Whether each element of the body is an event; false by default."),
            ],
            Answers =
            [
                new(202, "The events are kept; their ids."),
                new(400, "No function has the stream, or the body or a parameter cannot be used."),
            ],
            Handle = EventHandlers.AppendAsync,
        },
    ];
}
