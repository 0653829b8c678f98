using System.Net;
using System.Net.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Perdure.Http;

/// <summary>
/// Makes the requests of durable HTTP calls: within their time, through the guard, redirects followed by hand so that
/// each of them is looked at. It knows nothing of histories.
/// </summary>
internal sealed class HttpSender : IDisposable
{
    private const int RedirectsMax = 10;

    private static readonly string s_userAgent =
        $"Perdure/{typeof(HttpSender).Assembly.GetName().Version?.ToString(3)}";

    private readonly HttpMessageInvoker _invoker;
    private readonly HttpSecrets _secrets;
    private readonly TimeSpan _timeout;
    private readonly int _limit;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HashSet<string> _warned = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="limit">The most bytes that the body of an answer may have.</param>
    public HttpSender(
        HttpCallOptions options, int limit, IServiceProvider services, TimeProvider time, ILogger logger)
    {
        GuardedConnections connections = new(
            HttpGuard.Of(options), options.Resolver ?? new SystemResolver(),
            options.Connector ?? new SocketConnector(), time);
        _invoker = new HttpMessageInvoker(connections.CreateHandler(), disposeHandler: true);
        _secrets = new HttpSecrets(options, services);
        _timeout = options.Timeout;
        _limit = limit;
        _time = time;
        _logger = logger;
    }

    /// <exception cref="TimeoutException">There was no answer in time.</exception>
    /// <exception cref="HttpRequestException">The request did not get through, or is refused.</exception>
    public async Task<DurableHttpResponse> SendAsync(DurableHttpRequest request, CancellationToken cancellationToken)
    {
        // Looked at by the call already; but anybody may call the activity.
        if (HttpRequests.Problem(request) is { } problem)
            throw new HttpRefusedException(problem);
        WarnOfSecrets(request);
        string name = HttpRequests.Named(request.Method, request.Uri);
        TimeSpan timeout = request.Timeout ?? _timeout;
        using CancellationTokenSource late = new(timeout, _time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await FollowAsync(request, name, either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (late.IsCancellationRequested)
                throw new TimeoutException($"{name} gave no answer within {timeout}.");
            throw Told(name, e);
        }
    }

    public void Dispose() => _invoker.Dispose();

    private async Task<DurableHttpResponse> FollowAsync(
        DurableHttpRequest request, string name, CancellationToken cancellationToken)
    {
        HttpHop hop = HttpHop.Of(request);
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage message = Message(hop);
            if (hop.Trusted)
            {
                foreach ((string header, string value) in await _secrets.ForAsync(request, hop.Uri, cancellationToken))
                    message.Headers.TryAddWithoutValidation(header, value);
            }
            using HttpResponseMessage response = await _invoker.SendAsync(message, cancellationToken);
            if (hop.After(response.StatusCode, LocationOf(response)) is not { } next)
                return await HttpAnswers.ReadAsync(response, name, _limit, cancellationToken);
            if (redirects == RedirectsMax)
                throw new HttpRequestException($"{name} was redirected more than {RedirectsMax} times.");
            hop = next;
        }
    }

    private static string? LocationOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Location", out var values) ? values.ToString() : null;

    private static HttpRequestMessage Message(HttpHop hop)
    {
        HttpRequestMessage message = new(hop.Method, hop.Uri);
        if (hop.Content is not null || hop.Headers.Keys.Any(HttpHeaders.IsOfContent))
            message.Content = Body(hop);
        foreach ((string name, StringValues values) in hop.Headers)
        {
            if (!HttpHeaders.IsFraming(name) && !message.Headers.TryAddWithoutValidation(name, (string?[])values!))
                message.Content?.Headers.TryAddWithoutValidation(name, (string?[])values!);
        }
        if (!hop.Headers.ContainsKey("User-Agent"))
            message.Headers.TryAddWithoutValidation("User-Agent", s_userAgent);
        return message;
    }

    private static ByteArrayContent Body(HttpHop hop)
    {
        hop.Headers.TryGetValue(HttpHeaders.ContentType, out StringValues type);
        ByteArrayContent body = new(HttpRequests.EncodingOf(type)!.GetBytes(hop.Content ?? ""));
        if (hop.Content is not null && type.Count == 0)
            body.Headers.TryAddWithoutValidation(HttpHeaders.ContentType, "text/plain; charset=utf-8");
        return body;
    }

    /// <summary>What the guard said, or what the network did, with the request that it happened to.</summary>
    private static HttpRequestException Told(string name, Exception e)
    {
        List<string> causes = [];
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpRefusedException refused)
                return refused;
            if (!causes.Exists(c => c.Contains(cause.Message, StringComparison.Ordinal)))
                causes.Add(cause.Message);
        }
        return new HttpRequestException($"{name} failed: {string.Join(" ", causes)}", e);
    }

    private void WarnOfSecrets(DurableHttpRequest request)
    {
        foreach (string name in request.Headers.Keys.Where(HttpHeaders.IsSecret))
        {
            bool isNew;
            lock (_warned)
                isNew = _warned.Add(name);
            if (isNew)
                _logger.SecretInHistory(name);
        }
    }
}
