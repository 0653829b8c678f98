using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Perdure.AspNetCore.Hosting;
using Perdure.AspNetCore.Links;
using Perdure.AspNetCore.Management;

namespace Perdure;

/// <summary>
/// Answers of functions, controllers and minimal APIs that tell a caller how to watch an orchestration. The host must
/// have mapped the management API with <c>MapPerdure</c>.
/// </summary>
public static class DurableClientHttpExtensions
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The addresses with which an instance is managed. Outside a request they begin with <c>Perdure:Http:PublicUrl</c>
    /// or, if that is not set, with the first address that the server listens on.
    /// </summary>
    /// <param name="client">The client of this host.</param>
    /// <param name="instanceId">The instance; whether it exists is not looked at.</param>
    /// <exception cref="InvalidOperationException">The host has no management API, or is not reached.</exception>
    public static HttpManagementPayload CreateHttpManagementPayload(
        this IDurableOrchestrationClient client, string instanceId) =>
        PerdureHttp.Of(client).Addresses.Of(Checked(instanceId));

    /// <inheritdoc cref="CreateHttpManagementPayload(IDurableOrchestrationClient, string)"/>
    /// <param name="request">The request to be answered: addresses begin with the host that it came to.</param>
    public static HttpManagementPayload CreateHttpManagementPayload(
        this IDurableOrchestrationClient client, string instanceId, HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return PerdureHttp.Of(client).Addresses.Of(Checked(instanceId), request);
    }

    /// <summary>
    /// The answer 202 with the addresses with which an instance is managed. The result is an <see cref="IResult"/> as
    /// well, for minimal APIs.
    /// </summary>
    /// <param name="client">The client of this host.</param>
    /// <param name="request">The request to be answered.</param>
    /// <param name="instanceId">The instance; whether it exists is not looked at.</param>
    /// <param name="returnInternalServerErrorOnFailure">
    /// Whether the status address answers with 500 once the instance has failed.
    /// </param>
    /// <exception cref="InvalidOperationException">The host has no management API.</exception>
    public static IActionResult CreateCheckStatusResponse(
        this IDurableOrchestrationClient client, HttpRequest request, string instanceId,
        bool returnInternalServerErrorOnFailure = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new AnswerResult(CheckStatus.Of(
            PerdureHttp.Of(client).Addresses.Of(Checked(instanceId), request, returnInternalServerErrorOnFailure)));
    }

    /// <inheritdoc cref="CreateCheckStatusResponse(IDurableOrchestrationClient, HttpRequest, string, bool)"/>
    public static HttpResponseMessage CreateCheckStatusResponse(
        this IDurableOrchestrationClient client, HttpRequestMessage request, string instanceId,
        bool returnInternalServerErrorOnFailure = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AnswerResult.Message(
            CheckStatus.Of(
                PerdureHttp.Of(client).Addresses.Of(
                    Checked(instanceId), request, returnInternalServerErrorOnFailure)),
            request);
    }

    /// <summary>
    /// Waits for the end of an instance. If it comes in time the answer is the output (200), or the status of one that
    /// did not complete; otherwise it is that of <c>CreateCheckStatusResponse</c>. The result is an
    /// <see cref="IResult"/> as well.
    /// </summary>
    /// <param name="client">The client of this host.</param>
    /// <param name="request">The request to be answered; the wait ends when its caller is gone.</param>
    /// <param name="instanceId">The instance.</param>
    /// <param name="timeout">How long to wait; 10 seconds by default.</param>
    /// <param name="retryInterval">
    /// Not longer than the timeout; 1 second by default. The end is waited for, not asked for, so it changes nothing.
    /// </param>
    /// <param name="returnInternalServerErrorOnFailure">Whether a failed instance is answered with 500.</param>
    /// <exception cref="ArgumentException">
    /// There is no such instance, or the interval is longer than the timeout.
    /// </exception>
    public static async Task<IActionResult> WaitForCompletionOrCreateCheckStatusResponseAsync(
        this IDurableOrchestrationClient client, HttpRequest request, string instanceId, TimeSpan? timeout = null,
        TimeSpan? retryInterval = null, bool returnInternalServerErrorOnFailure = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        InstanceAddresses addresses = PerdureHttp.Of(client).Addresses;
        return new AnswerResult(await WaitAsync(
            client, instanceId, WaitOf(timeout, retryInterval), returnInternalServerErrorOnFailure,
            () => addresses.Of(instanceId, request, returnInternalServerErrorOnFailure),
            request.HttpContext.RequestAborted));
    }

    /// <inheritdoc cref="WaitForCompletionOrCreateCheckStatusResponseAsync(IDurableOrchestrationClient, HttpRequest,
    /// string, TimeSpan?, TimeSpan?, bool)"/>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<HttpResponseMessage> WaitForCompletionOrCreateCheckStatusResponseAsync(
        this IDurableOrchestrationClient client, HttpRequestMessage request, string instanceId,
        TimeSpan? timeout = null, TimeSpan? retryInterval = null, bool returnInternalServerErrorOnFailure = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        InstanceAddresses addresses = PerdureHttp.Of(client).Addresses;
        return AnswerResult.Message(
            await WaitAsync(
                client, instanceId, WaitOf(timeout, retryInterval), returnInternalServerErrorOnFailure,
                () => addresses.Of(instanceId, request, returnInternalServerErrorOnFailure), cancellationToken),
            request);
    }

    private static async Task<Answer> WaitAsync(
        IDurableOrchestrationClient client, string instanceId, TimeSpan timeout, bool failureIsError,
        Func<HttpManagementPayload> addresses, CancellationToken cancellationToken)
    {
        try
        {
            return CheckStatus.OfEnd(
                await client.WaitForCompletionAsync(instanceId, timeout, cancellationToken), failureIsError);
        }
        catch (TimeoutException)
        {
            return CheckStatus.Of(addresses());
        }
    }

    private static TimeSpan WaitOf(TimeSpan? timeout, TimeSpan? retryInterval)
    {
        (TimeSpan wait, TimeSpan interval) = (timeout ?? DefaultTimeout, retryInterval ?? DefaultInterval);
        return interval <= wait
            ? wait
            : throw new ArgumentException(
                $"The retryInterval of {interval} is longer than the timeout of {wait}.", nameof(retryInterval));
    }

    private static string Checked(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return instanceId;
    }
}
