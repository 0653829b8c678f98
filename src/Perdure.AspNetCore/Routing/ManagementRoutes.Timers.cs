using Perdure.AspNetCore.Management;

namespace Perdure.AspNetCore.Routing;

/// <summary>The lines of timers.</summary>
internal static partial class ManagementRoutes
{
    private const string TimerPath = ApiPath + "/timers/{timerName}";

    private static RouteAnswer NoTimer => new(404, "There is no such timer.");

    private static RouteAnswer NoProgram => new(409, "No program that runs has the function of the timer.");

    private static ManagementRoute[] Timers() =>
    [
        new()
        {
            Name = "ListTimers",
            Method = "GET",
            Pattern = ApiPath + "/timers",
            Scope = AccessScope.Read,
            Summary = "All timers, by name, each with its next five occurrences and what runs of it.",
            Answers = [new(200, "The timers.")],
            Handle = TimerHandlers.ListAsync,
        },
        new()
        {
            Name = "GetTimer",
            Method = "GET",
            Pattern = TimerPath,
            Scope = AccessScope.Read,
            Summary = "A timer, with its next five occurrences and what runs of it.",
            Answers = [new(200, "The timer."), NoTimer],
            Handle = TimerHandlers.GetAsync,
        },
        new()
        {
            Name = "PauseTimer",
            Method = "POST",
            Pattern = TimerPath + "/pause",
            Scope = AccessScope.Operate,
            Summary = "Lets nothing begin by the schedule any more. What has begun comes to its end.",
            Answers = [new(202, "It is paused."), NoTimer, NoProgram],
            Handle = TimerHandlers.PauseAsync,
        },
        new()
        {
            Name = "ResumeTimer",
            Method = "POST",
            Pattern = TimerPath + "/resume",
            Scope = AccessScope.Operate,
            Summary = "Goes on with the first occurrence that comes now.",
            Answers = [new(202, "It goes on."), NoTimer, NoProgram],
            Handle = TimerHandlers.ResumeAsync,
        },
        new()
        {
            Name = "RunTimer",
            Method = "POST",
            Pattern = TimerPath + "/run",
            Scope = AccessScope.Operate,
            RefusesWhenBusy = true,
            Summary = "Lets the function of a timer run once now.",
            Answers =
            [
                new(202, "It will run: the id of the occurrence."), NoTimer,
                new(409, "One runs and the timer has Overlap = Skip, or 100 wait, or no program has its function."),
            ],
            Handle = TimerHandlers.RunAsync,
        },
    ];
}
