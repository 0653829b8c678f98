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
}
