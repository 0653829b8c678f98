using Perdure.Core.History;
using Perdure.Functions;
using Perdure.Json;

namespace Perdure.Replays;

/// <summary>
/// The orchestration of the engine that lets many dead letters run again. No function of a user can have its name,
/// because names of functions have no colon.
/// </summary>
internal static class ReplayOrchestration
{
    public const string Name = "BuiltIn::ReplayDeadLetters";

    /// <summary>A history of more steps begins anew.</summary>
    private const int StepsMax = 50;

    private const int AttemptsMax = 100;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1), s_longestPause = TimeSpan.FromMinutes(1);

    public static OrchestrationFunction Function(IServiceProvider services, PayloadSerializer serializer) => new(
        Name, new FunctionTarget(services, null, takesServices: false), call => RunAsync(call.Context),
        task => Result(task, serializer))
    {
        IsBuiltIn = true,
    };

    private static async Task<ReplayRun> RunAsync(IDurableOrchestrationContext context)
    {
        ReplayRun run = context.GetInput<ReplayRun>();
        context.SetCustomStatus(run);
        for (int i = 0; i < StepsMax; i++)
        {
            // A store that cannot be asked for a while does not end it: a step that is taken again does no harm.
            ReplayStep step = await context.CallActivityWithRetryAsync<ReplayStep>(
                ReplayActivity.Name,
                new RetryOptions(s_pause, AttemptsMax) { MaxRetryInterval = s_longestPause, BackoffCoefficient = 2 },
                run);
            if (step.IsPending)
            {
                await context.CreateTimer(context.CurrentUtcDateTime + s_pause, CancellationToken.None);
                continue;
            }
            run = run.With(step);
            context.SetCustomStatus(run);
            if (run.IsOver())
                return run;
        }
        context.ContinueAsNew(run);
        return run;
    }

    private static Payload Result(Task completed, PayloadSerializer serializer) => serializer.Serialize(
        ((Task<ReplayRun>)completed).Result, new PayloadPlace(PayloadRole.OrchestrationOutput, Name));
}
