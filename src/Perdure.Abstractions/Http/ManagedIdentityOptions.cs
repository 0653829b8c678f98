namespace Perdure;

/// <summary>Whose identity a <see cref="ManagedIdentityTokenSource"/> means.</summary>
public sealed class ManagedIdentityOptions
{
    /// <summary>Both may be left to the provider.</summary>
    /// <param name="authorityHost">The address of the authority that issues the token.</param>
    /// <param name="tenantId">The tenant of the identity.</param>
    public ManagedIdentityOptions(Uri? authorityHost = null, string? tenantId = null)
    {
        AuthorityHost = authorityHost;
        TenantId = tenantId;
    }

    /// <summary>The address of the authority that issues the token, or null.</summary>
    public Uri? AuthorityHost { get; }

    /// <summary>The tenant of the identity, or null.</summary>
    public string? TenantId { get; }
}
