namespace Perdure;

/// <summary>
/// What the HTTP side of a host can be told. It binds from the configuration section <c>Perdure:Http</c> and is checked
/// when the endpoints are mapped.
/// </summary>
public sealed class PerdureHttpOptions
{
    /// <summary>
    /// The keys that are accepted, as hashes; <see cref="PerdureKey.Generate"/> makes one. Without any, and without
    /// <see cref="Jwt"/>, only this machine is served, through a listener that is bound to loopback.
    /// </summary>
    public IList<PerdureHttpKey> Keys { get; } = [];

    /// <summary>Whose bearer tokens are accepted; nobody's by default.</summary>
    public PerdureJwtOptions Jwt { get; } = new();

    /// <summary>
    /// Serves everybody without asking who it is. Only for a network that lets in nobody else. Default false.
    /// </summary>
    public bool UnsafeAllowAnonymous { get; set; }

    /// <summary>
    /// The address under which callers reach this host, such as <c>https://orders.example.com</c>: links in answers
    /// begin with it. Null, the default, takes the address that the request came to.
    /// </summary>
    public string? PublicUrl { get; set; }

    /// <summary>
    /// Whether links in answers begin with <c>X-Forwarded-Host</c> and <c>X-Forwarded-Proto</c>. Only behind a proxy
    /// that sets them. Default false.
    /// </summary>
    public bool UseForwardedHost { get; set; }

    /// <summary>
    /// At least 32 bytes, in base64, with which links to instances are signed. Null, the default, takes the key that
    /// was drawn for the hub and is kept in it, which all its hosts have.
    /// </summary>
    public string? LinkSigningKey { get; set; }

    /// <summary>How long a link to an instance is good. Default 24 hours; from one minute to a year.</summary>
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>The largest body of a request, in bytes. Default 4 MiB; from 1 KiB to 64 MiB.</summary>
    public int MaxBodyBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// What the routes of functions with <see cref="HttpTriggerAttribute"/> begin with. Default <c>api</c>; may be
    /// empty.
    /// </summary>
    public string RoutePrefix { get; set; } = "api";

    /// <summary>
    /// Whether the levels <see cref="AuthorizationLevel.User"/> and <see cref="AuthorizationLevel.Function"/> also take
    /// a key from <c>?code=</c>. Addresses end up in logs and histories, so it is false by default, and keys are taken
    /// from headers.
    /// </summary>
    public bool AcceptKeysInQuery { get; set; }

    /// <summary>
    /// Requests that one caller may make in a second, on average; twice as many at once. Default 1,000; from 1 to
    /// 1,000,000.
    /// </summary>
    public int RequestsPerSecond { get; set; } = 1000;

    /// <summary>
    /// The longest time that a request may wait for the end of an orchestration. Default 5 minutes; up to an hour.
    /// </summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Whether answers to unexpected errors carry the message and the stack trace of the exception; for development.
    /// Default false.
    /// </summary>
    public bool ShowStackTraces { get; set; }
}
