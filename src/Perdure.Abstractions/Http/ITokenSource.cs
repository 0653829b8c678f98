using System.Text.Json.Serialization;

namespace Perdure;

/// <summary>
/// Says which token a durable HTTP call sends as <c>Authorization: Bearer …</c>. The history holds what it says, never
/// a token: the host asks the <see cref="IHttpTokenProvider"/> of its kind each time a request is made.
/// </summary>
/// <remarks>
/// A call takes a <see cref="ManagedIdentityTokenSource"/> or a <see cref="CustomTokenSource"/>. Classes of your own
/// cannot be kept in a history, because no type is ever chosen by stored data; give their work to a provider.
/// </remarks>
[JsonConverter(typeof(TokenSourceJson))]
public interface ITokenSource
{
    /// <summary>The token itself, for code outside of orchestrations.</summary>
    /// <returns>The token, without <c>Bearer</c>.</returns>
    Task<string> GetTokenAsync();
}
