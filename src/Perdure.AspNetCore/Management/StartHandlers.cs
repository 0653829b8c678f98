using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Management;

/// <summary>Routes that begin an orchestration.</summary>
internal static class StartHandlers
{
    public static async Task<Answer> StartAsync(ManagementCall call)
    {
        TimeSpan? wait = WaitOf(call);
        string? key = IdempotentStarts.KeyOf(call.Request);
        JsonElement? input = await call.ReadJsonAsync();
        StartOptions options = new()
        {
            InstanceId = call.InstanceId is { Length: > 0 } id ? id : null,
            Version = call.Query("version"),
        };
        string name = call.Value("functionName")!;
        using Activity? trace = TraceOf(call.Request);
        if (key is null)
            return await FinishAsync(call, await call.Client.StartNewAsync(name, options, input, call.Aborted), wait);
        (string started, bool isKnown) = await call.Http.Idempotency.StartAsync(call, name, options, input, key);
        Answer answer = await FinishAsync(call, started, wait);
        return isKnown ? answer.With(("Idempotency-Replayed", "true")) : answer;
    }

    public static async Task<Answer> RestartAsync(ManagementCall call)
    {
        TimeSpan? wait = WaitOf(call);
        bool withNewId = call.Flag("restartWithNewInstanceId", otherwise: true);
        using Activity? trace = TraceOf(call.Request);
        return await FinishAsync(call, await call.Client.RestartAsync(call.InstanceId!, withNewId, call.Aborted), wait);
    }

    /// <summary>Where to look, or the end itself if the caller waits and it comes in time.</summary>
    private static async Task<Answer> FinishAsync(ManagementCall call, string id, TimeSpan? wait)
    {
        bool failureIsError = call.Flag("returnInternalServerErrorOnFailure");
        try
        {
            if (wait is { } time)
                return CheckStatus.OfEnd(
                    await call.Client.WaitForCompletionAsync(id, time, call.Aborted), failureIsError);
        }
        catch (TimeoutException)
        {
            // The caller is told where to look, like one that does not wait.
        }
        return CheckStatus.Of(call.Http.Addresses.Of(id, call.Request, failureIsError));
    }

    /// <summary>
    /// How long the caller waits for the end; null if it does not. The interval is only checked: the end is waited for,
    /// not asked for.
    /// </summary>
    private static TimeSpan? WaitOf(ManagementCall call)
    {
        if (call.Seconds("timeout") is not { } timeout || call.Seconds("pollingInterval") is not { } interval)
            return null;
        return interval <= timeout
            ? timeout
            : throw new RequestRefusedException(
                StatusCodes.Status400BadRequest,
                $"The pollingInterval of {interval.TotalSeconds} s is longer than the timeout of "
                + $"{timeout.TotalSeconds} s.");
    }

    /// <summary>
    /// The trace that the caller names. The server reads it as well, but only where somebody listens or logs.
    /// </summary>
    private static Activity? TraceOf(HttpRequest request)
    {
        string parent = request.Headers.TraceParent.ToString();
        if (!ActivityContext.TryParse(parent, request.Headers.TraceState, out ActivityContext context)
            || Activity.Current?.TraceId == context.TraceId)
            return null;
        Activity activity = new Activity("perdure.http.start").SetParentId(parent);
        activity.TraceStateString = context.TraceState;
        return activity.Start();
    }
}
