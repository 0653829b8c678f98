using Perdure.Http;

namespace Perdure;

/// <summary>
/// What durable HTTP calls (<c>CallHttpAsync</c>) may do. Public addresses can be called without any setting.
/// Link-local addresses and the metadata services of clouds are refused whatever is set here.
/// </summary>
public sealed class HttpCallOptions
{
    /// <summary>
    /// What may be called although it is not public: host names, <c>*.domain</c>, addresses, networks such as
    /// <c>10.0.0.0/8</c>; a name or an address may have a port (<c>localhost:8080</c>, <c>[::1]:8080</c>). Empty by
    /// default. A name that is allowed may lead to any address.
    /// </summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>
    /// Whether public addresses may be called. Default true; with false only what <see cref="AllowedHosts"/> names.
    /// </summary>
    public bool AllowPublicAddresses { get; set; } = true;

    /// <summary>
    /// How long one request may take, redirects and body included, unless it says otherwise. Default 100 seconds; more
    /// than zero and at most 24 hours.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// How long is waited before what an answer 202 pointed to is asked again, when the answer does not say. Default 30
    /// seconds; from 1 second to 24 hours.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The secrets that <see cref="DurableHttpRequest.SecretHeaders"/> may name, by name in any case. Empty by default.
    /// </summary>
    public IDictionary<string, HttpSecretOptions> Secrets { get; } =
        new Dictionary<string, HttpSecretOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>For tests: where names lead.</summary>
    internal IHttpResolver? Resolver { get; set; }

    /// <summary>For tests: what connects.</summary>
    internal IHttpConnector? Connector { get; set; }
}
