using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Perdure.AspNetCore.Hosting;
using Perdure.AspNetCore.Management;
using Perdure.AspNetCore.Security;
using Perdure.Functions;
using Perdure.Runtime.Usage;

namespace Perdure.AspNetCore.Triggers;

/// <summary>Answers the requests to one function: may they, what is in them, the call, the answer.</summary>
internal sealed class HttpFunctionEndpoint(
    HttpFunction function, FunctionAccess access, HttpAnswers answers, PerdureHttp http)
{
    private const string Draining = "This host is being drained and calls no more functions. Try another one.";

    private readonly int _values = function.Arguments.Select(a => a.Position + 1).DefaultIfEmpty().Max();

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            AccessResult allowed = await access.AuthorizeAsync(context, function);
            if (allowed.IsAllowed)
                await EnterAsync(context);
            else
                await RefuseAsync(context, allowed.StatusCode, allowed.Reason!);
        }
        catch (RequestRefusedException e)
        {
            await RefuseAsync(context, e.Status, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, e.StatusCode, e.Message);
        }
        catch (HttpRequestException e) when (e.InnerException is BadHttpRequestException bad)
        {
            // The content of a request message wraps what went wrong with the body.
            await RefuseAsync(context, bad.StatusCode, bad.Message);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone, and so is whoever could be told.
        }
        catch (Exception e)
        {
            await FailAsync(context, e);
        }
    }

    /// <summary>Before the body is read: a host that drains takes nothing more, and finishes what it has.</summary>
    private async Task EnterAsync(HttpContext context)
    {
        if (!http.Drain.TryEnter())
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, Draining);
            return;
        }
        try
        {
            await CallAsync(context);
        }
        finally
        {
            http.Drain.Leave();
        }
    }

    private async Task CallAsync(HttpContext context)
    {
        UsageRun usage = http.Node.Usage.Begin(UsageTrigger.Http, function.Name);
        bool isCalled = false;
        try
        {
            object?[] values = new object?[_values];
            foreach (HttpArgument argument in function.Arguments)
                values[argument.Position] = await argument.ReadAsync(context);

            isCalled = true;
            // Lives until the answer is written: what was returned may still read from it.
            await using FunctionInstance instance = function.Target.Open(context.RequestServices);
            object? value = await function.Call(new HttpCall(instance.Create(), context, values));
            await answers.WriteAsync(context, value, function.Result);
            usage.End(failed: false);
        }
        catch
        {
            // A request for which the function was never called is free.
            if (isCalled)
                usage.End(failed: true);
            else
                usage.Leave();
            throw;
        }
    }

    private async Task RefuseAsync(HttpContext context, int status, string reason)
    {
        TriggerLog.Refused(http.Log, function.Name, status, reason);
        if (!CanAnswer(context))
            return;
        Answer answer = Answer.Refusal(status, reason);
        await AnswerWriter.WriteAsync(context, status switch
        {
            StatusCodes.Status401Unauthorized => answer.With((HeaderNames.WWWAuthenticate, "Bearer")),
            StatusCodes.Status429TooManyRequests => answer.With((HeaderNames.RetryAfter, "1")),
            StatusCodes.Status503ServiceUnavailable => answer.With((HeaderNames.RetryAfter, "5")),
            _ => answer,
        });
    }

    private async Task FailAsync(HttpContext context, Exception exception)
    {
        TriggerLog.Failed(http.Log, function.Name, exception);
        if (!CanAnswer(context))
            return;
        context.Response.Clear();
        await AnswerWriter.WriteAsync(
            context,
            http.Options.ShowStackTraces
                ? Answer.Error(StatusCodes.Status500InternalServerError, exception, showStackTrace: true)
                : Answer.Refusal(
                    StatusCodes.Status500InternalServerError,
                    $"The function '{function.Name}' failed. The log of this host says why."));
    }

    /// <summary>Half an answer cannot be taken back; it is cut off, so that nobody takes it for a whole one.</summary>
    private static bool CanAnswer(HttpContext context)
    {
        if (!context.Response.HasStarted)
            return true;
        context.Abort();
        return false;
    }
}
