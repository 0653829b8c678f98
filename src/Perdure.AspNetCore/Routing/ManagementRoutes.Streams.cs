using Perdure.AspNetCore.Management;

namespace Perdure.AspNetCore.Routing;

/// <summary>The lines of streams, as operators see them.</summary>
internal static partial class ManagementRoutes
{
    private const string StreamPath = ApiPath + "/streams/{streamName}";

    private const string GroupPath = StreamPath + "/groups/{groupName}";

    private static RouteAnswer NoGroup => new(404, "There is no such stream, or no such consumer group.");

    private static ManagementRoute[] Streams() =>
    [
        new()
        {
            Name = "ListStreams",
            Method = "GET",
            Pattern = ApiPath + "/streams",
            Scope = AccessScope.Read,
            Summary = "The streams of the hub.",
            Answers = [new(200, "The streams, by name.")],
            Handle = StreamHandlers.ListAsync,
        },
        new()
        {
            Name = "GetStream",
            Method = "GET",
            Pattern = StreamPath,
            Scope = AccessScope.Read,
            Summary = "A stream, with the first and the next event of each partition.",
            Answers = [new(200, "The stream."), new(404, "There is no such stream.")],
            Handle = StreamHandlers.GetAsync,
        },
        new()
        {
            Name = "ListConsumerGroups",
            Method = "GET",
            Pattern = StreamPath + "/groups",
            Scope = AccessScope.Read,
            Summary = "The consumer groups of a stream: checkpoints, lag, failures, and where they stand still.",
            Answers = [new(200, "The groups, by name."), new(404, "There is no such stream.")],
            Handle = StreamHandlers.ListGroupsAsync,
        },
        new()
        {
            Name = "SetCheckpoint",
            Method = "POST",
            Pattern = GroupPath + "/checkpoint",
            Scope = AccessScope.Operate,
            Summary = "Sets the checkpoint of a consumer group, when the batch that runs has ended.",
            Query =
            [
                new("to", "string", "Earliest, latest, or the time of an event; or sequenceNumber instead."),
                new("sequenceNumber", "integer", "Of an event of the partition that is named."),
                new("partitionId", "integer", "One partition; all by default."),
            ],
            Answers =
            [
                new(200, "It is set: the checkpoints of the group."),
                new(400, "A parameter cannot be used, or the event is not there."), NoGroup,
            ],
            Handle = StreamHandlers.SetCheckpointAsync,
        },
        new()
        {
            Name = "ResumeConsumerGroup",
            Method = "POST",
            Pattern = GroupPath + "/resume",
            Scope = AccessScope.Operate,
            Summary = "Lets a consumer group go on that stands still at an event, or waits for a retry.",
            Query =
            [
                new("partitionId", "integer", "One partition; all by default."),
                new("skip", "boolean", "Whether the event becomes a dead letter; false tries it again."),
            ],
            Answers =
            [
                new(200, "In how many partitions it goes on."), new(400, "A parameter cannot be used."), NoGroup,
                new(409, "It neither stands still nor waits, or the function is not there, which a skip needs."),
            ],
            Handle = StreamHandlers.ResumeAsync,
        },
        new()
        {
            Name = "DeleteConsumerGroup",
            Method = "DELETE",
            Pattern = GroupPath,
            Scope = AccessScope.Admin,
            Summary = "Forgets a consumer group whose function is gone, so that its events need not be kept.",
            Answers = [new(204, "It is forgotten."), NoGroup, new(409, "It has a function.")],
            Handle = StreamHandlers.DeleteGroupAsync,
        },
    ];
}
