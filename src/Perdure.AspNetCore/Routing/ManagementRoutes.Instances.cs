using Perdure.AspNetCore.Management;

namespace Perdure.AspNetCore.Routing;

/// <summary>The lines of one instance. A link of a check-status answer is enough for each of them.</summary>
internal static partial class ManagementRoutes
{
    private static ManagementRoute[] Instances() =>
    [
        new()
        {
            Name = "GetInstance",
            Method = "GET",
            Pattern = InstancePath,
            Scope = AccessScope.Read,
            AcceptsLink = true,
            Summary = "The status of an instance.",
            Query =
            [
                new("showInput", "boolean", "Whether it carries the input; true by default."),
                new("showHistory", "boolean", "Whether it carries the history; false by default."),
                new("showHistoryOutput", "boolean", "Whether the history carries results; false by default."),
                new("returnInternalServerErrorOnFailure", "boolean", "Whether one that failed is answered with 500."),
            ],
            Answers =
            [
                new(200, "It has ended: its status."),
                new(202, "It has not ended: its status; ask again after five seconds."),
                new(400, "The id or a parameter cannot be used."), new(404, "There is no such instance."),
                new(500, "It has failed, and returnInternalServerErrorOnFailure is true: its status."),
            ],
            Handle = InstanceHandlers.GetAsync,
        },
        new()
        {
            Name = "ExplainInstance",
            Method = "GET",
            Pattern = InstancePath + "/explain",
            Scope = AccessScope.Read,
            AcceptsLink = true,
            Summary = "Why an instance does not go on, in a sentence.",
            Answers =
            [
                new(200, "The sentence; null once it has ended."), new(400, "The id cannot be used."),
                new(404, "There is no such instance."),
            ],
            Handle = InstanceHandlers.ExplainAsync,
        },
        new()
        {
            Name = "PurgeInstance",
            Method = "DELETE",
            Pattern = InstancePath,
            Scope = AccessScope.Admin,
            AcceptsLink = true,
            Summary = "Deletes an ended instance with its history.",
            Query = [RecursivePurge],
            Answers =
            [
                new(200, "How many were deleted."), new(400, "The id or a parameter cannot be used."),
                new(404, "There is no such instance."), new(412, "It has not ended."),
            ],
            Handle = InstanceHandlers.PurgeAsync,
        },
        new()
        {
            Name = "RaiseEvent",
            Method = "POST",
            Pattern = InstancePath + "/raiseEvent/{eventName}",
            Scope = AccessScope.Operate,
            AcceptsLink = true,
            Summary = "Raises an event.",
            Body = "What the event carries, as JSON with the content type application/json; nothing for none.",
            Answers = RequestAnswers("The event is kept."),
            Handle = InstanceHandlers.RaiseEventAsync,
        },
        new()
        {
            Name = "TerminateInstance",
            Method = "POST",
            Pattern = InstancePath + "/terminate",
            Scope = AccessScope.Operate,
            AcceptsLink = true,
            Summary = "Ends an instance at once.",
            Query =
            [
                Reason, new("recursive", "boolean", "Whether sub-orchestrations end as well; false by default."),
            ],
            Answers = RequestAnswers("It has ended."),
            Handle = InstanceHandlers.TerminateAsync,
        },
        new()
        {
            Name = "SuspendInstance",
            Method = "POST",
            Pattern = InstancePath + "/suspend",
            Scope = AccessScope.Operate,
            AcceptsLink = true,
            Summary = "Stops running an instance until it is resumed.",
            Query = [Reason],
            Answers = [.. RequestAnswers("It is suspended."), WrongState],
            Handle = InstanceHandlers.SuspendAsync,
        },
        new()
        {
            Name = "ResumeInstance",
            Method = "POST",
            Pattern = InstancePath + "/resume",
            Scope = AccessScope.Operate,
            AcceptsLink = true,
            Summary = "Lets a suspended instance go on.",
            Query = [Reason],
            Answers = [.. RequestAnswers("It goes on."), WrongState],
            Handle = InstanceHandlers.ResumeAsync,
        },
        new()
        {
            Name = "RewindInstance",
            Method = "POST",
            Pattern = InstancePath + "/rewind",
            Scope = AccessScope.Operate,
            AcceptsLink = true,
            Summary = "Lets a failed instance try again what failed.",
            Query = [Reason, new("turn", "integer", "The turn from which on everything is done anew.")],
            Answers =
            [
                new(202, "It goes on."), new(400, "The id or the turn cannot be used."),
                new(404, "There is no such instance."),
                new(412, "It has not failed (with a turn: not ended), or it would go back to where it held locks."),
            ],
            Handle = InstanceHandlers.RewindAsync,
        },
        new()
        {
            Name = "RestartInstance",
            Method = "POST",
            Pattern = InstancePath + "/restart",
            Scope = AccessScope.Operate,
            AcceptsLink = true,
            Starts = true,
            RefusesWhenBusy = true,
            Summary = "Starts an instance once more, with the same function and input.",
            Query =
            [
                new("restartWithNewInstanceId", "boolean", "Whether it gets a new id; true by default."), .. Waiting,
            ],
            Answers =
            [
                new(200, "It has ended within the timeout: its output, or its status if it did not complete."),
                new(202, "It was started: the addresses with which it is managed."),
                new(400, "There is no such instance, or the id or a parameter cannot be used."),
                new(409, "It keeps its id, and has not ended."),
                new(500, "It has failed within the timeout, and returnInternalServerErrorOnFailure is true."),
            ],
            Handle = StartHandlers.RestartAsync,
        },
    ];
}
