namespace Perdure;

/// <summary>
/// A token of the identity that the platform gives to this program, as Azure's managed identities are. The host gets it
/// from the <see cref="IHttpTokenProvider"/> whose kind is <see cref="Kind"/>; register one, there is none by default.
/// </summary>
public sealed class ManagedIdentityTokenSource : ITokenSource
{
    /// <summary>The kind under which a provider of such tokens is registered: <c>AzureManagedIdentity</c>.</summary>
    public const string Kind = "AzureManagedIdentity";

    /// <summary>A token for one resource.</summary>
    /// <param name="resource">
    /// What the token is for, for example <c>https://management.core.windows.net/.default</c>.
    /// </param>
    /// <param name="options">Whose identity it is; null leaves that to the provider.</param>
    /// <exception cref="ArgumentException"><paramref name="resource"/> is empty.</exception>
    public ManagedIdentityTokenSource(string resource, ManagedIdentityOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(resource);
        Resource = resource;
        Options = options;
    }

    /// <summary>What the token is for.</summary>
    public string Resource { get; }

    /// <summary>Whose identity it is, or null.</summary>
    public ManagedIdentityOptions? Options { get; }

    /// <summary>Not possible here: a token source is a description, and the provider belongs to the host.</summary>
    /// <returns>Never.</returns>
    /// <exception cref="NotSupportedException">Always.</exception>
    public Task<string> GetTokenAsync() => throw new NotSupportedException(
        "A ManagedIdentityTokenSource only says which token is wanted. The host gets it from the IHttpTokenProvider of "
        + $"the kind '{Kind}' when a durable HTTP call is made; ask that provider.");
}
