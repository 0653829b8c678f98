using Perdure.AspNetCore.Management;

namespace Perdure.AspNetCore.Routing;

/// <summary>The lines of replays of many dead letters.</summary>
internal static partial class ManagementRoutes
{
    private const string ReplayPath = ApiPath + "/deadLetterReplays/{replayId}";

    private static ManagementRoute[] Replays() =>
    [
        new()
        {
            Name = "StartDeadLetterReplay",
            Method = "POST",
            Pattern = ApiPath + "/deadLetterReplays",
            Scope = AccessScope.Operate,
            RefusesWhenBusy = true,
            Summary = "Begins to let all active dead letters that fit run again, a few at a time.",
            Query =
            [
                .. DeadLetterFilters.Where(f => f.Name != "state"), ReplayTarget,
                new("ratePerSecond", "integer", "How many begin in a second, from 1 to 10000; 50 by default."),
                new("parallel", "integer", "How many run at a time, from 1 to 100; 4 by default."),
                new("canary", "boolean", "Whether one runs first, then ten, then the rest; true by default."),
                new("stopAfterFailures", "integer", "After how many failures it stops; 10 by default."),
            ],
            Answers =
            [
                new(202, "It has begun: its id."), new(400, "No filter is given, or a parameter cannot be used."),
            ],
            Handle = ReplayHandlers.StartAsync,
        },
        new()
        {
            Name = "GetDeadLetterReplay",
            Method = "GET",
            Pattern = ReplayPath,
            Scope = AccessScope.Read,
            Summary = "How far a replay of many dead letters has come.",
            Answers =
            [
                new(200, "Its state (Running, Completed, Stopped, Cancelled or Failed), and how many it has let run."),
                new(404, "There is none of this id."),
            ],
            Handle = ReplayHandlers.GetAsync,
        },
        new()
        {
            Name = "CancelDeadLetterReplay",
            Method = "POST",
            Pattern = ReplayPath + "/cancel",
            Scope = AccessScope.Operate,
            Summary = "Ends a replay; what runs already comes to its end.",
            Answers =
            [
                new(202, "It lets nothing more run."), new(404, "There is none of this id."), new(409, "It has ended."),
            ],
            Handle = ReplayHandlers.CancelAsync,
        },
    ];
}
