using System.Net;
using System.Net.Http;

namespace Perdure.Http;

/// <summary>
/// What the code of an orchestration is thrown when a durable HTTP call fails: the exceptions that HttpClient would
/// throw. They are made of what the history holds, so replay throws the same.
/// </summary>
internal static class HttpFailures
{
    public static readonly string Refused = typeof(HttpRefusedException).FullName!;

    private static readonly string s_timeout = typeof(TimeoutException).FullName!;
    private static readonly string s_network = typeof(HttpRequestException).FullName!;

    /// <summary>The failure of an attempt whose answer its retry options count as one.</summary>
    public static FailureDetails OfStatus(DurableHttpRequest request, HttpStatusCode status, int attempt) => new(
        s_network,
        $"{HttpRequests.Named(request.Method, request.Uri)} answered {(int)status} ({status}) in attempt {attempt}.");

    /// <summary>The exception for a failure; null for one that is not of HTTP and stays what it is.</summary>
    public static Exception? AsThrown(FailureDetails failure, HttpStatusCode? status)
    {
        if (failure.ErrorType == s_timeout)
            return new TimeoutException(failure.ErrorMessage);
        return failure.ErrorType == s_network || failure.ErrorType == Refused
            ? new HttpRequestException(failure.ErrorMessage, null, status)
            : null;
    }
}
