namespace Perdure;

/// <summary>
/// Gets the tokens that durable HTTP calls send, for one kind of <see cref="ITokenSource"/>. Register it as a service,
/// singleton or scoped; of several for one kind the last one counts.
/// </summary>
/// <example>
/// <code>
/// builder.Services.AddSingleton&lt;IHttpTokenProvider, MyIdentityTokens&gt;();
/// </code>
/// </example>
public interface IHttpTokenProvider
{
    /// <summary>
    /// The kind of token source that it serves, for example <see cref="ManagedIdentityTokenSource.Kind"/>.
    /// </summary>
    string Kind { get; }

    /// <summary>
    /// The token for one request. It is asked for before every request, so keep tokens until shortly before they
    /// expire. What it throws is the failure of the call.
    /// </summary>
    /// <param name="request">Which token is wanted, and where it will be sent.</param>
    /// <param name="cancellationToken">Cancelled when the call times out or is not wanted any more.</param>
    /// <returns>The token, without <c>Bearer</c>.</returns>
    Task<string> GetTokenAsync(HttpTokenRequest request, CancellationToken cancellationToken = default);
}
