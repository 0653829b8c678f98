namespace Perdure;

/// <summary>A secret for the headers of durable HTTP calls, and where it may go.</summary>
public sealed class HttpSecretOptions
{
    /// <summary>The whole value of the header. It never enters a history or a log.</summary>
    public string Value { get; set; } = "";

    /// <summary>
    /// The hosts to which it may be sent, in the forms of <see cref="HttpCallOptions.AllowedHosts"/> but for networks;
    /// at least one. A request that would take it elsewhere is refused.
    /// </summary>
    public IList<string> Hosts { get; } = [];
}
