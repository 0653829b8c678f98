namespace Perdure.AspNetCore.Security;

/// <summary>What is accepted by the configuration.</summary>
/// <param name="Keys">The keys.</param>
/// <param name="Tokens">The tokens; null for none.</param>
internal sealed record KnownCredentials(KeyRing Keys, JwtTokens? Tokens);
