using Perdure.AspNetCore.Management;
using Perdure.AspNetCore.OpenApi;

namespace Perdure.AspNetCore.Routing;

/// <summary>
/// The table of everything that is served. What stands here is served, authorised, described and tested; what does not
/// stand here does not exist.
/// </summary>
internal static partial class ManagementRoutes
{
    /// <summary>Where Durable Functions serves its management API.</summary>
    public const string ApiPath = "runtime/webhooks/durabletask";

    private const string InstancePath = ApiPath + "/instances/{instanceId}";

    public static IReadOnlyList<ManagementRoute> All { get; } =
    [
        .. Orchestrations(), .. Instances(), .. Entities(), .. Events(), .. Streams(), .. Timers(), .. DeadLetters(),
        .. Replays(), .. Circuits(), .. Functions(), .. Host(),
    ];

    // Computed, because the table above is built while the type is initialised.
    private static RouteInput Reason => new("reason", "string", "Why; the history shows it.");

    private static RouteInput RecursivePurge => new(
        "recursive", "boolean", "Whether ended sub-orchestrations are deleted as well; false by default.");

    private static IEnumerable<RouteInput> Waiting =>
    [
        new("timeout", "number", "Seconds to wait for the end; needs pollingInterval as well."),
        new("pollingInterval", "number", "Not longer than the timeout; the answer comes with the end, not later."),
        new("returnInternalServerErrorOnFailure", "boolean", "Whether one that has failed is answered with 500."),
    ];

    private static IReadOnlyList<RouteInput> Filters =>
    [
        new("runtimeStatus", "string", "Repeated or with commas; names exactly as statuses are written."),
        new("createdTimeFrom", "date-time", "Started at this time or later."),
        new("createdTimeTo", "date-time", "Started at this time or earlier."),
        new("instanceIdPrefix", "string", "What the id begins with."),
        new("name", "string", "The function, in any case."),
        new("version", "string", "The version, exactly so."),
        new("tag", "string", "A tag that it was started with, as name=value."),
    ];

    private static IReadOnlyList<RouteAnswer> RequestAnswers(string accepted) =>
    [
        new(202, accepted),
        new(400, "The id, the body or a parameter cannot be used."),
        new(404, "There is no such instance."),
        new(410, "The instance has ended."),
    ];

    private static RouteAnswer WrongState => new(409, "The instance is in a state in which this has no meaning.");

    private static ManagementRoute[] Orchestrations() =>
    [
        new()
        {
            Name = "StartOrchestration",
            Method = "POST",
            Pattern = ApiPath + "/orchestrators/{functionName}/{instanceId?}",
            Scope = AccessScope.Operate,
            Starts = true,
            RefusesWhenBusy = true,
            Summary = "Starts an orchestration, under a given or a new id.",
            Body = "The input, as JSON; nothing for none.",
            Query = [.. Waiting, new("version", "string", "A version for the code to ask for.")],
            Headers =
            [
                new(IdempotentStarts.Header, "string", "Makes it safe to send the same start again."),
                new("traceparent", "string", "The W3C trace that the orchestration belongs to."),
            ],
            Answers =
            [
                new(200, "It has ended within the timeout: its output, or its status if it did not complete."),
                new(202, "It was started: the addresses with which it is managed."),
                new(400, "There is no such function, or the id, the body or a parameter cannot be used."),
                new(409, "An instance with this id is alive."),
                new(422, "The Idempotency-Key was used for another start."),
                new(500, "It has failed within the timeout, and returnInternalServerErrorOnFailure is true."),
            ],
            Handle = StartHandlers.StartAsync,
        },
        new()
        {
            Name = "ListInstances",
            Method = "GET",
            Pattern = ApiPath + "/instances",
            Scope = AccessScope.Read,
            Summary = "One page of the instances that fit, oldest first.",
            Query =
            [
                .. Filters, new("showInput", "boolean", "Whether statuses carry the input; true by default."),
                new("top", "integer", "Instances of a page, from 1 to 1000; 100 by default."),
            ],
            Headers = [new(ListHandlers.ContinuationHeader, "string", "Where the page begins; from the one before.")],
            Answers =
            [
                new(200, "The statuses; the header x-ms-continuation-token is there if there are more."),
                new(400, "A parameter or the token cannot be used."),
            ],
            Handle = ListHandlers.ListAsync,
        },
        new()
        {
            Name = "CountInstances",
            Method = "GET",
            Pattern = ApiPath + "/counts/instances",
            Scope = AccessScope.Read,
            Summary = "How many instances fit.",
            Query = Filters,
            Answers = [new(200, "The count."), new(400, "A parameter cannot be used.")],
            Handle = ListHandlers.CountAsync,
        },
        new()
        {
            Name = "PurgeInstances",
            Method = "DELETE",
            Pattern = ApiPath + "/instances",
            Scope = AccessScope.Admin,
            Summary = "Deletes the ended instances that fit.",
            Query =
            [
                new("createdTimeFrom", "date-time", "Started at this time or later.") { Required = true },
                new("createdTimeTo", "date-time", "Started at this time or earlier; until now by default."),
                new("runtimeStatus", "string", "Repeated or with commas; all that have ended by default."),
            ],
            Answers =
            [
                new(200, "How many were deleted."), new(400, "createdTimeFrom is missing, or cannot be used."),
                new(404, "None fits."),
            ],
            Handle = ListHandlers.PurgeAsync,
        },
    ];

    private static ManagementRoute[] Host() =>
    [
        new()
        {
            Name = "MakePrimary",
            Method = ManagementRoute.AnyMethod,
            Pattern = ApiPath + "/makeprimary",
            Scope = AccessScope.Admin,
            Summary = "Does nothing: the process that has opened the hub serves it.",
            Answers = [new(200, "This process serves the hub.")],
            Handle = HostHandlers.MakePrimaryAsync,
        },
        new()
        {
            Name = "GetOpenApi",
            Method = "GET",
            Pattern = ApiPath + "/openapi.json",
            Scope = AccessScope.Read,
            Summary = "This document.",
            Answers = [new(200, "An OpenAPI 3.0 document.")],
            Handle = OpenApiDocument.AnswerAsync,
        },
        new()
        {
            Name = "Drain",
            Method = "POST",
            Pattern = "admin/host/drain",
            Scope = AccessScope.Admin,
            Summary = "Starts and calls nothing more over HTTP, so that the host can be taken away.",
            Answers = [new(202, "The host drains: its state.")],
            Handle = HostHandlers.DrainAsync,
        },
        new()
        {
            Name = "GetDrainStatus",
            Method = "GET",
            Pattern = "admin/host/drain/status",
            Scope = AccessScope.Read,
            Summary = "Whether the host drains, and how many activities run or wait for a slot or functions answer.",
            Answers = [new(200, "The state: Disabled, InProgress or Completed.")],
            Handle = HostHandlers.DrainStatusAsync,
        },
        new()
        {
            Name = "EndDrain",
            Method = "POST",
            Pattern = "admin/host/resume",
            Scope = AccessScope.Admin,
            Summary = "Starts orchestrations and calls functions over HTTP again.",
            Answers = [new(200, "The host takes starts: its state.")],
            Handle = HostHandlers.EndDrainAsync,
        },
        new()
        {
            Name = "IsLive",
            Method = "GET",
            Pattern = "healthz/live",
            Scope = null,
            Summary = "Whether the process answers.",
            Answers = [new(200, "It does.")],
            Handle = HostHandlers.LiveAsync,
        },
        new()
        {
            Name = "IsReady",
            Method = "GET",
            Pattern = "healthz/ready",
            Scope = null,
            Summary = "Whether the hub is open, its store answers, and the host is not drained.",
            Answers = [new(200, "It is ready."), new(503, "It is not, and why.")],
            Handle = HostHandlers.ReadyAsync,
        },
        new()
        {
            Name = "IsStarted",
            Method = "GET",
            Pattern = "healthz/startup",
            Scope = null,
            Summary = "Whether the hub has been opened.",
            Answers = [new(200, "It has."), new(503, "Not yet.")],
            Handle = HostHandlers.StartupAsync,
        },
    ];
}
