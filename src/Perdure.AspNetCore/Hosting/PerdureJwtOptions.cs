namespace Perdure;

/// <summary>
/// Whose JSON Web Tokens the HTTP API accepts. It is switched on by an <see cref="Authority"/> or by
/// <see cref="SigningKeys"/>; then <see cref="Audience"/> must be set as well.
/// </summary>
public sealed class PerdureJwtOptions
{
    /// <summary>
    /// The address of an OpenID Connect provider, such as <c>https://login.example.com</c>. Its keys are fetched from
    /// there, and fetched again when they change. Null by default.
    /// </summary>
    public string? Authority { get; set; }

    /// <summary>The issuer that tokens must name. Null, the default, is the one that the authority declares.</summary>
    public string? Issuer { get; set; }

    /// <summary>The audience that tokens must be made for; one for each task hub keeps hubs apart.</summary>
    public string? Audience { get; set; }

    /// <summary>
    /// Keys with which tokens are signed: a public key in PEM, or a shared secret of at least 32 bytes in base64.
    /// </summary>
    public IList<string> SigningKeys { get; } = [];

    /// <summary>
    /// The claims that hold scopes: words, separated by spaces, or several values. When it is empty, which is the
    /// default, they are <c>scope</c>, <c>scp</c> and <c>roles</c>. The scopes are <c>perdure.read</c>,
    /// <c>perdure.operate</c> and <c>perdure.admin</c>.
    /// </summary>
    public IList<string> ScopeClaims { get; } = [];

    internal bool IsConfigured => !string.IsNullOrEmpty(Authority) || SigningKeys.Count > 0;
}
