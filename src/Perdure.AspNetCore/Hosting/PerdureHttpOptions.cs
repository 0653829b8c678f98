namespace Perdure;

/// <summary>
/// What the HTTP side of a host can be told. It binds from the configuration section <c>Perdure:Http</c> and is checked
/// when the endpoints are mapped.
/// </summary>
public sealed class PerdureHttpOptions
{
    /// <summary>
    /// The address under which callers reach this host, such as <c>https://orders.example.com</c>: links in answers
    /// begin with it. Null, the default, takes the address that the request came to.
    /// </summary>
    public string? PublicUrl { get; set; }

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
}
