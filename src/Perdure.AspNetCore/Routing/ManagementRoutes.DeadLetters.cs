using Perdure.AspNetCore.Management;

namespace Perdure.AspNetCore.Routing;

/// <summary>The lines of dead letters.</summary>
internal static partial class ManagementRoutes
{
    private const string DeadLetterPath = ApiPath + "/deadLetters/{deadLetterId}";

    // Computed, because the table is built while the type is initialised.
    private static IReadOnlyList<RouteInput> DeadLetterFilters =>
    [
        new("source", "string", "Where they came from, for example 'queue orders' or 'stream payments'."),
        new("functionName", "string", "The function that could not process them."),
        new("fingerprint", "string", "Of failures of one type at one place."),
        new("state", "string", "Active, Held, Replaying, Resolved or Discarded."),
        new("from", "date-time", "Put aside at this time or later."),
        new("to", "date-time", "Put aside at this time or earlier."),
    ];

    private static ManagementRoute[] DeadLetters() =>
    [
        new()
        {
            Name = "ListDeadLetters",
            Method = "GET",
            Pattern = ApiPath + "/deadLetters",
            Scope = AccessScope.Read,
            Summary = "One page of the dead letters that fit, oldest first.",
            Query =
            [
                .. DeadLetterFilters, new("top", "integer", "Dead letters of a page, from 1 to 1000; 100 by default."),
            ],
            Headers = [new(ListHandlers.ContinuationHeader, "string", "Where the page begins; from the one before.")],
            Answers =
            [
                new(200, "The dead letters; the header x-ms-continuation-token is there if there are more."),
                new(400, "A parameter or the token cannot be used."),
            ],
            Handle = DeadLetterHandlers.ListAsync,
        },
        new()
        {
            Name = "GetDeadLetter",
            Method = "GET",
            Pattern = DeadLetterPath,
            Scope = AccessScope.Read,
            Summary = "A dead letter with its body and every failure.",
            Answers = [new(200, "The dead letter."), new(404, "There is none of this id.")],
            Handle = DeadLetterHandlers.GetAsync,
        },
        new()
        {
            Name = "GroupDeadLetters",
            Method = "GET",
            Pattern = ApiPath + "/deadLetterGroups",
            Scope = AccessScope.Read,
            Summary = "The dead letters that fit, counted by what failed where.",
            Query = DeadLetterFilters,
            Answers = [new(200, "The groups, the largest first."), new(400, "A parameter cannot be used.")],
            Handle = DeadLetterHandlers.GroupAsync,
        },
        .. Changes("Replay", "Lets a dead letter run again.", "It is not active."),
        .. Changes("Discard", "Decides that a dead letter is not to run.", "It is not active."),
        .. Changes("Restore", "Makes a discarded dead letter active again.", "It is not discarded."),
        new()
        {
            Name = "ReplayDeadLetters",
            Method = "POST",
            Pattern = ApiPath + "/deadLetterGroups/replay",
            Scope = AccessScope.Operate,
            RefusesWhenBusy = true,
            Summary = "Lets all active dead letters that fit run again.",
            Query = [.. DeadLetterFilters.Where(f => f.Name != "state")],
            Answers = [new(200, "How many were taken."), new(400, "No filter is given, or one cannot be used.")],
            Handle = DeadLetterHandlers.ReplayAllAsync,
        },
    ];

    private static IEnumerable<ManagementRoute> Changes(string verb, string summary, string conflict) =>
    [
        new()
        {
            Name = $"{verb}DeadLetter",
            Method = "POST",
            Pattern = $"{DeadLetterPath}/{verb.ToLowerInvariant()}",
            Scope = AccessScope.Operate,
            Summary = summary,
            Answers = [new(202, "It is done."), new(404, "There is none of this id."), new(409, conflict)],
            Handle = call => DeadLetterHandlers.ChangeAsync(call, verb),
        },
    ];
}
