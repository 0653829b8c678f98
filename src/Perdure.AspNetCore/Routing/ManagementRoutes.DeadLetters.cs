using Perdure.AspNetCore.Management;

namespace Perdure.AspNetCore.Routing;

/// <summary>The lines of dead letters.</summary>
internal static partial class ManagementRoutes
{
    private const string DeadLetterPath = ApiPath + "/deadLetters/{deadLetterId}";

    // Computed, because the table is built while the type is initialised.
    private static IReadOnlyList<RouteInput> DeadLetterFilters =>
    [
        new("source", "string", "Where they came from: 'queue orders', 'stream payments' or 'timer Nightly'."),
        new("functionName", "string", "The function that could not process them."),
        new("fingerprint", "string", "Of failures of one type at one place."),
        new("state", "string", "Active, Held, Replaying, Resolved, Discarded, Replaced or Requeued."),
        new("from", "date-time", "Put aside at this time or later."),
        new("to", "date-time", "Put aside at this time or earlier."),
    ];

    private static RouteInput ReplayTarget => new(
        "target", "string",
        "InPlace (default), where an event runs for its consumer group alone, or tail: the end of its stream.");

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
        new()
        {
            Name = "ExportDeadLetters",
            Method = "GET",
            Pattern = ApiPath + "/deadLetterExport",
            Scope = AccessScope.Read,
            Summary = "All dead letters that fit, with their bodies and every failure: lines of JSON, oldest first.",
            Query = DeadLetterFilters,
            Answers = [new(200, "The lines, as they are read."), new(400, "A parameter cannot be used.")],
            Handle = DeadLetterHandlers.ExportAsync,
        },
        new()
        {
            Name = "EditDeadLetter",
            Method = "POST",
            Pattern = DeadLetterPath + "/edit",
            Scope = AccessScope.Operate,
            Summary = "Makes an edited revision of a dead letter, which takes its place; the original is kept.",
            Body = "The body of the revision: " + EventBody,
            Answers =
            [
                new(200, "The id of the revision."), new(400, "The body cannot be used, or does not fit the function."),
                new(404, "There is none of this id."), new(409, "It is not active."),
            ],
            Handle = DeadLetterHandlers.EditAsync,
        },
        new()
        {
            Name = "CheckDeadLetter",
            Method = "POST",
            Pattern = DeadLetterPath + "/check",
            Scope = AccessScope.Read,
            Summary = "Whether a body fits what the function takes; that of the dead letter if none is sent.",
            Body = "The body to check, as for an edit; nothing for that of the dead letter.",
            Answers =
            [
                new(200, "Whether it fits, or null where this host cannot say, and why not."),
                new(400, "The body cannot be used."), new(404, "There is none of this id."),
            ],
            Handle = DeadLetterHandlers.CheckAsync,
        },
        new()
        {
            Name = "NoteDeadLetter",
            Method = "POST",
            Pattern = DeadLetterPath + "/notes",
            Scope = AccessScope.Operate,
            Summary = "Adds a note to the trail of a dead letter.",
            Body = "The note, as a text of at most 1,000 characters.",
            Answers =
            [
                new(202, "It is noted."), new(400, "The note cannot be used."), new(404, "There is none of this id."),
            ],
            Handle = DeadLetterHandlers.NoteAsync,
        },
        new()
        {
            Name = "ReplayDeadLetter",
            Method = "POST",
            Pattern = DeadLetterPath + "/replay",
            Scope = AccessScope.Operate,
            Summary = "Lets a dead letter run again.",
            Query = [ReplayTarget],
            Answers =
            [
                new(202, "It is done."), new(400, "The parameter cannot be used."),
                new(404, "There is none of this id."), new(409, "It is not active."),
            ],
            Handle = call => DeadLetterHandlers.ChangeAsync(call, "Replay"),
        },
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
            Query = [.. DeadLetterFilters.Where(f => f.Name != "state"), ReplayTarget],
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
