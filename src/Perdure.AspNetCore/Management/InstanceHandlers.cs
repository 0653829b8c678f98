using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Management;

/// <summary>Routes of one instance.</summary>
internal static class InstanceHandlers
{
    private const string StatusRetryAfter = "5";

    public static async Task<Answer> GetAsync(ManagementCall call)
    {
        bool showInput = call.Flag("showInput", otherwise: true);
        bool showHistory = call.Flag("showHistory");
        bool showHistoryOutput = call.Flag("showHistoryOutput");
        bool failureIsError = call.Flag("returnInternalServerErrorOnFailure");
        DurableOrchestrationStatus? status = await call.Client.GetStatusAsync(
            call.InstanceId!, showHistory, showHistoryOutput, showInput, call.Aborted);
        if (status is null)
            return NotFound(call);
        HistoryShape? history = showHistory ? new HistoryShape(showInput, showHistoryOutput) : null;
        Answer answer = CheckStatus.OfStatus(status, history, failureIsError);
        return CheckStatus.IsAlive(status)
            ? (answer with { Status = StatusCodes.Status202Accepted }).With(
                ("Location", SameAddress(call)), ("Retry-After", StatusRetryAfter))
            : answer;
    }

    public static async Task<Answer> ExplainAsync(ManagementCall call)
    {
        DurableOrchestrationStatus? status =
            await call.Client.GetStatusAsync(call.InstanceId!, showInput: false, cancellationToken: call.Aborted);
        if (status is null)
            return NotFound(call);
        string? reason = await call.Client.ExplainAsync(call.InstanceId!, call.Aborted);
        return new Answer(StatusCodes.Status200OK)
        {
            Body = w =>
            {
                w.WriteStartObject();
                w.WriteString("instanceId", status.InstanceId);
                w.WriteString("runtimeStatus", status.RuntimeStatus.ToString());
                w.WriteString("reason", reason);
                w.WriteEndObject();
            },
        };
    }

    public static async Task<Answer> PurgeAsync(ManagementCall call)
    {
        bool recursive = call.Flag("recursive");
        try
        {
            PurgeHistoryResult result =
                await call.Client.PurgeInstanceHistoryAsync(call.InstanceId!, recursive, call.Aborted);
            return result.InstancesDeleted == 0 ? NotFound(call) : ListHandlers.Purged(result);
        }
        catch (InvalidOperationException e) when (!call.Http.Node.IsStopping)
        {
            return Answer.Error(StatusCodes.Status412PreconditionFailed, e);
        }
    }

    public static async Task<Answer> RaiseEventAsync(ManagementCall call)
    {
        if (!RequestBody.IsJson(call.Request))
            return Answer.Refusal(
                StatusCodes.Status400BadRequest, "Events are JSON; send them with the content type application/json.");
        JsonElement? data = await call.ReadJsonAsync();
        return await AskAsync(
            call, () => call.Client.RaiseEventAsync(call.InstanceId!, call.Value("eventName")!, data, call.Aborted));
    }

    public static Task<Answer> TerminateAsync(ManagementCall call)
    {
        bool recursive = call.Flag("recursive");
        return AskAsync(
            call,
            () => call.ClientOfAuthor.TerminateAsync(
                call.InstanceId!, call.Query("reason"), recursive, call.Aborted));
    }

    public static Task<Answer> SuspendAsync(ManagementCall call) =>
        AskAsync(call, () => call.ClientOfAuthor.SuspendAsync(call.InstanceId!, call.Query("reason"), call.Aborted));

    public static Task<Answer> ResumeAsync(ManagementCall call) =>
        AskAsync(call, () => call.ClientOfAuthor.ResumeAsync(call.InstanceId!, call.Query("reason"), call.Aborted));

    /// <summary>Only what has failed can be rewound, and only to where it held no locks.</summary>
    public static async Task<Answer> RewindAsync(ManagementCall call)
    {
        DurableOrchestrationStatus? status =
            await call.Client.GetStatusAsync(call.InstanceId!, showInput: false, cancellationToken: call.Aborted);
        if (status is null)
            return NotFound(call);
        int? turn = null;
        if (call.Query("turn") is { } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                return Answer.Refusal(
                    StatusCodes.Status400BadRequest, $"The turn '{text}' is not a number from 0 on.");
            turn = number;
        }
        try
        {
            IDurableOrchestrationClient client = call.ClientOfAuthor;
            await (turn is { } chosen
                ? client.RewindToTurnAsync(call.InstanceId!, chosen, call.Query("reason"), call.Aborted)
                : client.RewindAsync(call.InstanceId!, call.Query("reason"), call.Aborted));
            return new Answer(StatusCodes.Status202Accepted);
        }
        catch (InvalidOperationException e) when (!call.Http.Node.IsStopping)
        {
            return Answer.Error(StatusCodes.Status412PreconditionFailed, e);
        }
    }

    public static Answer NotFound(ManagementCall call) => Answer.Refusal(
        StatusCodes.Status404NotFound,
        $"There is no instance with the id '{call.InstanceId}' in the task hub '{call.Http.TaskHub}'.");

    /// <summary>
    /// Asks something of an instance. The client says no by throwing; which answer that is depends on how the instance
    /// stands: it is not there, it has ended, or it is in a state in which the request has no meaning.
    /// </summary>
    private static async Task<Answer> AskAsync(ManagementCall call, Func<Task> ask)
    {
        try
        {
            await ask();
            return new Answer(StatusCodes.Status202Accepted);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException && !call.Http.Node.IsStopping)
        {
            DurableOrchestrationStatus? status = await call.Client.GetStatusAsync(
                call.InstanceId!, showInput: false, cancellationToken: call.Aborted);
            return status is null ? NotFound(call)
                : e is ArgumentException ? Answer.Error(StatusCodes.Status400BadRequest, e)
                : !CheckStatus.IsAlive(status) ? Answer.Error(StatusCodes.Status410Gone, e)
                : Answer.Error(StatusCodes.Status409Conflict, e);
        }
    }

    /// <summary>
    /// The address of the request, character by character, behind the authority that links begin with.
    /// </summary>
    private static string SameAddress(ManagementCall call)
    {
        HttpRequest request = call.Request;
        string? target = call.Context.Features
            .Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()?.RawTarget;
        return call.Http.Addresses.RootOf(request) + (target is ['/', ..]
            ? target
            : (request.PathBase + request.Path).ToUriComponent() + request.QueryString.ToUriComponent());
    }
}
