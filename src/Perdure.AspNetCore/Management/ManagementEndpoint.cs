using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Perdure.AspNetCore.Hosting;
using Perdure.AspNetCore.Routing;
using Perdure.AspNetCore.Security;
using Perdure.AspNetCore.Telemetry;
using Perdure.Core.Stores;

namespace Perdure.AspNetCore.Management;

/// <summary>
/// From a request to its answer: the path is decoded, the line of the table found, access decided on exactly the values
/// that the handler uses, and only then is a body read.
/// </summary>
internal sealed class ManagementEndpoint(PerdureHttp http, ManagementRouter router)
{
    /// <param name="context">The request.</param>
    /// <param name="above">The part of the pattern that has no parameters.</param>
    /// <param name="rest">What the catch-all behind it has matched; null if there is none.</param>
    public async Task InvokeAsync(HttpContext context, string above, string? rest)
    {
        try
        {
            await AnswerWriter.WriteAsync(context, await AnswerAsync(context, above, rest));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
    }

    private async Task<Answer> AnswerAsync(HttpContext context, string above, string? rest)
    {
        List<string>? below = [];
        if (rest is not null && !RequestPath.TryRead(context, rest, out below))
            return Answer.Refusal(
                StatusCodes.Status400BadRequest, "The path is not percent-encoded, well-formed UTF-8.");
        if (!router.TryFind(context.Request.Method, [.. above.Split('/'), .. below], out ManagementRoute? route,
            out IReadOnlyDictionary<string, string>? values))
            return Answer.Refusal(StatusCodes.Status404NotFound, "There is nothing at this address, or not so.");
        ManagementCall call = new(context, http, route, values);
        try
        {
            return await DenialAsync(call) ?? await route.Handle(call);
        }
        catch (Exception e) when (
            e is not OperationCanceledException || !context.RequestAborted.IsCancellationRequested)
        {
            return AnswerTo(e, call);
        }
    }

    /// <summary>Why the request does not reach its handler; null if it does.</summary>
    private async Task<Answer?> DenialAsync(ManagementCall call)
    {
        if (call.Route.Scope is { } scope)
        {
            AccessRequest request = new(scope)
            {
                InstanceId = call.InstanceId,
                // A link is for one instance: what reaches its sub-orchestrations as well needs more.
                AcceptsLink = call.Route.AcceptsLink && !call.Flag("recursive"),
            };
            AccessResult access = await http.Access.AuthorizeAsync(call.Context, request, call.Aborted);
            if (!access.IsAllowed)
                return Refused(call.Route, access);
            call.Caller = access.Caller;
            call.Author = access.Author;
        }
        if (call.Query("taskHub") is { } hub && !hub.Equals(http.TaskHub, StringComparison.OrdinalIgnoreCase))
            return Answer.Refusal(
                StatusCodes.Status404NotFound, $"This host serves the task hub '{http.TaskHub}' and no other.");
        return call.Route.Starts && http.Drain.IsOn
            ? Answer.Refusal(
                StatusCodes.Status503ServiceUnavailable, "This host is being drained and starts nothing more.")
                .With((HeaderNames.RetryAfter, "5"))
            : null;
    }

    private Answer Refused(ManagementRoute route, AccessResult access)
    {
        Answer answer = Answer.Refusal(access.StatusCode, access.Reason!);
        if (access.StatusCode == StatusCodes.Status429TooManyRequests)
            return answer.With((HeaderNames.RetryAfter, "1"));
        http.Log.RequestRefused(route.Method, route.Pattern, access.StatusCode, access.Reason);
        return access.StatusCode switch
        {
            StatusCodes.Status401Unauthorized => answer.With((HeaderNames.WWWAuthenticate, "Bearer")),
            StatusCodes.Status503ServiceUnavailable => answer.With((HeaderNames.RetryAfter, "5")),
            _ => answer,
        };
    }

    private Answer AnswerTo(Exception exception, ManagementCall call)
    {
        bool showTrace = http.Options.ShowStackTraces;
        switch (exception)
        {
            case RequestRefusedException refused:
                return Answer.Refusal(refused.Status, refused.Message);
            case BadHttpRequestException bad:
                return Answer.Refusal(bad.StatusCode, bad.Message);
            case PayloadException payload:
                return Answer.Error(
                    call.BodyLength > http.MaxPayloadBytes
                        ? StatusCodes.Status413PayloadTooLarge
                        : StatusCodes.Status400BadRequest, payload);
            case OrchestrationAlreadyExistsException exists:
                return Answer.Error(StatusCodes.Status409Conflict, exists);
            case ArgumentException argument:
                return Answer.Error(StatusCodes.Status400BadRequest, argument);
            case InvalidOperationException when http.Node.IsStopping || http.Node.Partitions == 0:
                return Answer.Error(StatusCodes.Status503ServiceUnavailable, exception)
                    .With((HeaderNames.RetryAfter, "5"));
            case InvalidOperationException when call.Route.RefusesWhenBusy:
                return Answer.Error(StatusCodes.Status429TooManyRequests, exception)
                    .With((HeaderNames.RetryAfter, "1"));
            case StoreException:
                http.Log.RequestFailed(call.Route.Method, call.Route.Pattern, exception);
                return Answer.Refusal(
                    StatusCodes.Status503ServiceUnavailable,
                    "The store does not answer; whether the request took effect is not known. Ask for the status.")
                    .With((HeaderNames.RetryAfter, "5"));
            default:
                http.Log.RequestFailed(call.Route.Method, call.Route.Pattern, exception);
                return showTrace
                    ? Answer.Error(StatusCodes.Status500InternalServerError, exception, showStackTrace: true)
                    : Answer.Refusal(
                        StatusCodes.Status500InternalServerError,
                        "Something unexpected went wrong. The log of the host says what.");
        }
    }
}
