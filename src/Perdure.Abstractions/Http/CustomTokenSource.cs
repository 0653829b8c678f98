namespace Perdure;

/// <summary>
/// A token of a kind of your own, got from the <see cref="IHttpTokenProvider"/> that is registered for this kind.
/// </summary>
public sealed class CustomTokenSource : ITokenSource
{
    /// <summary>Everything here is kept in the history in clear; nothing of it may be a secret.</summary>
    /// <param name="kind">The kind of the provider, compared as it is written.</param>
    /// <param name="resource">What the token is for.</param>
    /// <param name="options">What else the provider needs to know.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="kind"/> or <paramref name="resource"/> is empty, or the kind is that of
    /// <see cref="ManagedIdentityTokenSource"/>.
    /// </exception>
    public CustomTokenSource(string kind, string resource, IReadOnlyDictionary<string, string>? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        ArgumentException.ThrowIfNullOrWhiteSpace(resource);
        if (kind == ManagedIdentityTokenSource.Kind)
            throw new ArgumentException(
                $"The kind '{kind}' belongs to ManagedIdentityTokenSource; use that class, or another kind.",
                nameof(kind));
        Kind = kind;
        Resource = resource;
        Options = new Dictionary<string, string>(options ?? new Dictionary<string, string>());
    }

    /// <summary>The kind of the provider.</summary>
    public string Kind { get; }

    /// <summary>What the token is for.</summary>
    public string Resource { get; }

    /// <summary>What else the provider needs to know; empty by default.</summary>
    public IReadOnlyDictionary<string, string> Options { get; }

    /// <summary>Not possible here: a token source is a description, and the provider belongs to the host.</summary>
    /// <returns>Never.</returns>
    /// <exception cref="NotSupportedException">Always.</exception>
    public Task<string> GetTokenAsync() => throw new NotSupportedException(
        "A CustomTokenSource only says which token is wanted. The host gets it from the IHttpTokenProvider of the kind "
        + $"'{Kind}' when a durable HTTP call is made; ask that provider.");
}
