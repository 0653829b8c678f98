using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Management;

/// <summary>Routes of replays of many dead letters.</summary>
internal static class ReplayHandlers
{
    public static async Task<Answer> StartAsync(ManagementCall call)
    {
        DeadLetterReplayOptions options = new();
        options.RatePerSecond = call.Number("ratePerSecond", options.RatePerSecond, 1, 10_000);
        options.MaxParallel = call.Number("parallel", options.MaxParallel, 1, 100);
        options.Target = DeadLetterHandlers.TargetOf(call);
        options.Canary = call.Flag("canary", options.Canary);
        options.StopAfterFailures = call.Number("stopAfterFailures", options.StopAfterFailures, 1, int.MaxValue);
        DeadLetterFilter filter = DeadLetterHandlers.SelectionOf(call);
        string id = await DeadLetterHandlers.ClientOf(call).StartReplayAsync(filter, options, call.Aborted);
        return new Answer(StatusCodes.Status202Accepted)
        {
            Body = w =>
            {
                w.WriteStartObject();
                w.WriteString("id", id);
                w.WriteEndObject();
            },
        };
    }

    public static async Task<Answer> GetAsync(ManagementCall call)
    {
        if (await call.Http.DeadLetters.GetReplayAsync(IdOf(call), call.Aborted) is not { } replay)
            return Absent(call);
        return new Answer(StatusCodes.Status200OK)
        {
            Body = w =>
            {
                w.WriteStartObject();
                w.WriteString("id", replay.Id);
                w.WriteString("state", replay.State.ToString());
                w.WriteNumber("succeeded", replay.Succeeded);
                w.WriteNumber("failed", replay.Failed);
                w.WriteString("author", replay.Author);
                w.WriteString("startedTime", StatusJson.Time(replay.StartedAt.UtcDateTime));
                w.WriteEndObject();
            },
        };
    }

    public static async Task<Answer> CancelAsync(ManagementCall call)
    {
        if (await DeadLetterHandlers.ClientOf(call).CancelReplayAsync(IdOf(call), call.Aborted))
            return new Answer(StatusCodes.Status202Accepted);
        return await call.Http.DeadLetters.GetReplayAsync(IdOf(call), call.Aborted) is { } replay
            ? Answer.Refusal(
                StatusCodes.Status409Conflict, $"The replay '{replay.Id}' is {replay.State}, and has ended.")
            : Absent(call);
    }

    private static string IdOf(ManagementCall call) => call.Value("replayId")!;

    private static Answer Absent(ManagementCall call) =>
        Answer.Refusal(StatusCodes.Status404NotFound, $"There is no replay '{IdOf(call)}' of dead letters.");
}
