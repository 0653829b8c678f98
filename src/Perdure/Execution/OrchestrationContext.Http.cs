using System.Net;
using System.Net.Http;
using Perdure.Core.History;
using Perdure.Http;
using Perdure.Json;

namespace Perdure.Execution;

/// <summary>
/// Durable HTTP: every request is a run of the built-in activity, every wait a durable timer. What goes on in here is
/// decided by the history alone.
/// </summary>
internal sealed partial class OrchestrationContext
{
    public Task<DurableHttpResponse> CallHttpAsync(DurableHttpRequest req)
    {
        CheckTurn();
        ArgumentNullException.ThrowIfNull(req);
        if (HttpRequests.Problem(req) is { } problem)
            throw new ArgumentException(problem, nameof(req));
        // The author may change headers and options once the call is made.
        DurableHttpRequest first = new(
            req.Method, req.Uri, req.Headers, req.Content, req.TokenSource, req.AsynchronousPatternEnabled, req.Timeout)
        {
            SecretHeaders = req.SecretHeaders,
        };
        return CallHttpAsync(first, HttpInput(first), req.HttpRetryOptions?.Copy());
    }

    private async Task<DurableHttpResponse> CallHttpAsync(
        DurableHttpRequest request, Payload input, HttpRetryOptions? retries)
    {
        DurableHttpResponse answer = await RequestAsync(request, input, retries);
        bool polls = false;
        while (request.AsynchronousPatternEnabled && answer.StatusCode == HttpStatusCode.Accepted
            && HttpPolling.TryNext(request, answer, polls, out DurableHttpRequest? next))
        {
            await CreateTimer(HttpPolling.NextAt(answer, _now, _session.HttpPollInterval));
            (request, polls) = (next, true);
            answer = await RequestAsync(next, HttpInput(next), null);
        }
        return answer;
    }

    private async Task<DurableHttpResponse> RequestAsync(
        DurableHttpRequest request, Payload input, HttpRetryOptions? retries)
    {
        int first = _nextTask;
        HttpStatusCode? status = null;
        try
        {
            return retries is null ? await AttemptAsync(1) : await RetryAsync(retries.Policy, AttemptAsync);
        }
        catch (FunctionFailedException e) when (HttpFailures.AsThrown(e.Failure, status) is { } thrown)
        {
            throw thrown;
        }

        async Task<DurableHttpResponse> AttemptAsync(int attempt)
        {
            status = null;
            DurableHttpResponse answer =
                await Schedule<DurableHttpResponse>(HttpActivity.Name, input, attempt, first);
            if (retries?.Retries(answer.StatusCode) != true)
                return answer;
            status = answer.StatusCode;
            FailureDetails failure = HttpFailures.OfStatus(request, answer.StatusCode, attempt);
            throw new FunctionFailedException(failure.ErrorMessage, failure);
        }
    }

    private Payload HttpInput(DurableHttpRequest request) =>
        _serializer.Serialize(request, new PayloadPlace(PayloadRole.ActivityInput, HttpActivity.Name));
}
