using Perdure.AspNetCore.Management;

namespace Perdure.AspNetCore.Routing;

/// <summary>The lines of circuits.</summary>
internal static partial class ManagementRoutes
{
    private const string CircuitPath = ApiPath + "/circuits/{circuitName}";
    private const string RestartPath = ApiPath + "/circuits/restart";

    private static ManagementRoute[] Circuits() =>
    [
        new()
        {
            Name = "ListCircuits",
            Method = "GET",
            Pattern = ApiPath + "/circuits",
            Scope = AccessScope.Read,
            Summary = "All circuits, by name.",
            Answers = [new(200, "The circuits.")],
            Handle = CircuitHandlers.ListAsync,
        },
        new()
        {
            Name = "ShowRestartLink",
            Method = "GET",
            Pattern = RestartPath,
            Scope = null,
            Summary = "A page that asks whether the functions of a circuit are to go on. It changes nothing.",
            Query = [new("token", "string", "From the link of a notification.")],
            Answers = RestartAnswers("The page with the question."),
            Handle = CircuitHandlers.ShowLinkAsync,
        },
        new()
        {
            Name = "FollowRestartLink",
            Method = "POST",
            Pattern = RestartPath,
            Scope = null,
            Summary = "Lets one event after the other run, as the link of a notification allows once.",
            Query = [new("token", "string", "From the link of a notification.")],
            Answers = RestartAnswers("A page that says so."),
            Handle = CircuitHandlers.FollowLinkAsync,
        },
        new()
        {
            Name = "GetCircuit",
            Method = "GET",
            Pattern = CircuitPath,
            Scope = AccessScope.Read,
            Summary = "A circuit with what has failed and its latest changes.",
            Answers = [new(200, "The circuit."), new(404, "There is none of this name.")],
            Handle = CircuitHandlers.GetAsync,
        },
        Change("Open", "Opens a circuit: its functions do not run until somebody closes it.", "It is open."),
        Change("Resume", "Closes a circuit: what tripped it runs again first, then everything.", "It is closed."),
        Change("Probe", "Lets one event after the other run, and closes it when they end well.", "It is not open."),
        Change("Isolate", "Opens a circuit until an operator closes it.", "It is isolated."),
        Change("Monitor", "Lets everything run and only counts.", "It monitors already."),
    ];

    private static ManagementRoute Change(string verb, string summary, string conflict) => new()
    {
        Name = $"{verb}Circuit",
        Method = "POST",
        Pattern = $"{CircuitPath}/{verb.ToLowerInvariant()}",
        Scope = AccessScope.Operate,
        Summary = summary,
        Query = [new("reason", "string", "Why; the history of the circuit shows it.")],
        Answers =
        [
            new(200, "The circuit as it is then."),
            new(400, "The reason cannot be used."),
            new(404, "There is none of this name."),
            new(409, conflict),
        ],
        Handle = call => CircuitHandlers.ChangeAsync(call, verb),
    };

    private static IReadOnlyList<RouteAnswer> RestartAnswers(string done) =>
    [
        new(200, done),
        new(400, "The token is not one of this hub, or has run out."),
        new(409, "The opening that it is for is over."),
    ];
}
