using System.Security.Claims;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Perdure.AspNetCore.Security;

/// <summary>Checks JSON Web Tokens: signature, issuer, audience, time; and reads what they allow.</summary>
internal sealed class JwtTokens
{
    private static readonly string[] s_scopeClaims = ["scope", "scp", "roles"];

    private static readonly AccessResult s_unreachable = AccessResult.Unknown(
        "The keys of the authority cannot be fetched, so the token cannot be checked. Try again in a moment.");

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly TokenValidationParameters _given;
    private readonly TokenValidationParameters _all;
    private readonly IReadOnlyCollection<string> _scopeClaims;
    private readonly AuthorityKeys? _authority;
    private readonly bool _hasGivenKeys;

    public JwtTokens(PerdureJwtOptions options, ILogger logger)
    {
        SecurityKey[] keys = [.. options.SigningKeys.Select(JwtKeys.Read)];
        _hasGivenKeys = keys.Length > 0;
        _scopeClaims = options.ScopeClaims.Count > 0 ? [.. options.ScopeClaims] : s_scopeClaims;
        _authority = string.IsNullOrEmpty(options.Authority) ? null : new AuthorityKeys(options.Authority, logger);
        _given = new TokenValidationParameters
        {
            ValidAudience = options.Audience,
            ValidIssuer = options.Issuer,
            IssuerSigningKeys = keys,
            ClockSkew = TimeSpan.FromMinutes(1),
            // A public key must never be taken for a shared secret, which is why the families are told apart here.
            ValidAlgorithms = keys.Length > 0 && keys.All(k => k is SymmetricSecurityKey) && _authority is null
                ? ["HS256", "HS384", "HS512"]
                : keys.Any(k => k is SymmetricSecurityKey)
                    ? ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512"]
                    : ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
        };
        // Left alone, the library accepts the issuer that the authority declares beside the one that is asked for.
        if (!string.IsNullOrEmpty(options.Issuer))
            _given.IssuerValidator = (issuer, _, _) => issuer == options.Issuer
                ? issuer
                : throw new SecurityTokenInvalidIssuerException("Another issuer was asked for.");
        _all = _given.Clone();
        _all.ConfigurationManager = _authority?.Provider;
    }

    public static bool LooksLikeOne(string token) => token.AsSpan().Count('.') == 2;

    /// <summary>Who it is and what is allowed; or why the token is not good, or cannot be checked now.</summary>
    public async Task<(string? Caller, AccessScope? Scope, AccessResult? Refusal)> ReadAsync(string token)
    {
        bool areAllThere = _authority is null || await _authority.AreThereAsync();
        if (!areAllThere && !_hasGivenKeys)
            return (null, null, s_unreachable);
        TokenValidationResult result = await _handler.ValidateTokenAsync(token, areAllThere ? _all : _given);
        if (!result.IsValid)
            return (null, null, !areAllThere && IsOfSignature(result.Exception)
                ? s_unreachable
                : AccessResult.Unauthenticated(ProblemOf(result.Exception)));
        ClaimsIdentity identity = result.ClaimsIdentity;
        string caller = identity.FindFirst("sub")?.Value ?? identity.FindFirst("client_id")?.Value ?? "token";
        return (caller, ScopeOf(identity), null);
    }

    private AccessScope? ScopeOf(ClaimsIdentity identity)
    {
        AccessScope? highest = null;
        foreach (Claim claim in identity.Claims.Where(c => _scopeClaims.Contains(c.Type)))
        {
            foreach (string word in claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                AccessScope? scope = word switch
                {
                    "perdure.read" => AccessScope.Read,
                    "perdure.operate" => AccessScope.Operate,
                    "perdure.admin" => AccessScope.Admin,
                    _ => null,
                };
                if (scope is not null && (highest is null || scope > highest))
                    highest = scope;
            }
        }
        return highest;
    }

    private static bool IsOfSignature(Exception? exception) =>
        exception is SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException;

    /// <summary>Nothing of the token is repeated.</summary>
    private static string ProblemOf(Exception? exception) => exception switch
    {
        SecurityTokenExpiredException => "The token has expired.",
        SecurityTokenNotYetValidException => "The token is not valid yet.",
        SecurityTokenInvalidAudienceException => "The token was made for another audience.",
        SecurityTokenInvalidIssuerException => "The token was issued by somebody else.",
        _ when IsOfSignature(exception) => "The signature of the token does not fit.",
        _ => "The token is not valid.",
    };
}
