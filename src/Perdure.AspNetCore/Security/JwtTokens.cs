using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Perdure.AspNetCore.Security;

/// <summary>Checks JSON Web Tokens: signature, issuer, audience, time; and reads what they allow.</summary>
internal sealed class JwtTokens
{
    private static readonly string[] s_scopeClaims = ["scope", "scp", "roles"];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly TokenValidationParameters _parameters;
    private readonly IReadOnlyCollection<string> _scopeClaims;

    public JwtTokens(PerdureJwtOptions options)
    {
        SecurityKey[] keys = [.. options.SigningKeys.Select(JwtKeys.Read)];
        _scopeClaims = options.ScopeClaims.Count > 0 ? [.. options.ScopeClaims] : s_scopeClaims;
        _parameters = new TokenValidationParameters
        {
            ValidAudience = options.Audience,
            ValidIssuer = options.Issuer,
            IssuerSigningKeys = keys,
            ClockSkew = TimeSpan.FromMinutes(1),
            // A public key must never be taken for a shared secret, which is why the families are told apart here.
            ValidAlgorithms = keys.Length > 0 && keys.All(k => k is SymmetricSecurityKey) && options.Authority is null
                ? ["HS256", "HS384", "HS512"]
                : keys.Any(k => k is SymmetricSecurityKey)
                    ? ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512"]
                    : ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
        };
        if (!string.IsNullOrEmpty(options.Authority))
            _parameters.ConfigurationManager = Provider(options.Authority);
    }

    public static bool LooksLikeOne(string token) => token.AsSpan().Count('.') == 2;

    /// <summary>Who it is and what is allowed; null with the reason when the token is not good.</summary>
    public async Task<(string? Caller, AccessScope? Scope, string? Problem)> ReadAsync(string token)
    {
        TokenValidationResult result = await _handler.ValidateTokenAsync(token, _parameters);
        if (!result.IsValid)
            return (null, null, ProblemOf(result.Exception));
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

    /// <summary>Nothing of the token is repeated.</summary>
    private static string ProblemOf(Exception? exception) => exception switch
    {
        SecurityTokenExpiredException => "The token has expired.",
        SecurityTokenNotYetValidException => "The token is not valid yet.",
        SecurityTokenInvalidAudienceException => "The token was made for another audience.",
        SecurityTokenInvalidIssuerException => "The token was issued by somebody else.",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException =>
            "The signature of the token does not fit.",
        InvalidOperationException or HttpRequestException =>
            "The keys of the authority cannot be fetched; try again later.",
        _ => "The token is not valid.",
    };

    private static ConfigurationManager<OpenIdConnectConfiguration> Provider(string authority) => new(
        $"{authority.TrimEnd('/')}/.well-known/openid-configuration",
        new OpenIdConnectConfigurationRetriever(),
        new HttpDocumentRetriever { RequireHttps = authority.StartsWith("https", StringComparison.OrdinalIgnoreCase) });
}
