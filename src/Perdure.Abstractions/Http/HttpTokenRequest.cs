namespace Perdure;

/// <summary>Which token a durable HTTP call wants, and where it will be sent.</summary>
/// <param name="Kind">The kind of the token source.</param>
/// <param name="Resource">What the token is for.</param>
/// <param name="Options">
/// What else the source says; for a <see cref="ManagedIdentityTokenSource"/> <c>authorityHost</c> and <c>tenantId</c>,
/// if they are set.
/// </param>
/// <param name="RequestUri">
/// Where the token goes. A provider refuses by throwing where it does not belong: a request may come from outside.
/// </param>
public sealed record HttpTokenRequest(
    string Kind, string Resource, IReadOnlyDictionary<string, string> Options, Uri RequestUri);
