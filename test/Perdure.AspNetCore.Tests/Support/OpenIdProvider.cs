using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Perdure.AspNetCore.Tests.Support;

/// <summary>An OpenID Connect provider on this machine, as far as checking its tokens goes.</summary>
internal sealed class OpenIdProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<RsaSecurityKey> _published = [];
    private int _fetches;

    private OpenIdProvider(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    /// <summary>Whether it answers with what was asked for.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>How often its configuration was asked for.</summary>
    public int Fetches => Volatile.Read(ref _fetches);

    public static async Task<OpenIdProvider> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        OpenIdProvider provider = new(builder.Build());
        provider._app.MapGet("/.well-known/openid-configuration", provider.Configuration);
        provider._app.MapGet("/keys", provider.Keys);
        await provider._app.StartAsync();
        return provider;
    }

    /// <summary>Draws a key; tokens can be signed with it at once, and checked once it is published.</summary>
    public static RsaSecurityKey NewKey(string id) => new(RSA.Create(2048)) { KeyId = id };

    /// <summary>Publishes these keys and no others.</summary>
    public void Publish(params IEnumerable<RsaSecurityKey> keys)
    {
        lock (_published)
        {
            _published.Clear();
            _published.AddRange(keys);
        }
    }

    public string Token(
        RsaSecurityKey key, string? issuer = null, string audience = Credentials.Audience, int minutes = 5) =>
        new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Audience = audience,
            Issuer = issuer ?? Address,
            NotBefore = DateTime.UtcNow.AddHours(-1),
            Expires = DateTime.UtcNow.AddMinutes(minutes),
            Claims = new Dictionary<string, object> { ["scope"] = "perdure.read", ["sub"] = "somebody" },
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.RsaSha256),
        });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private IResult Configuration()
    {
        Interlocked.Increment(ref _fetches);
        return IsUp
            ? Results.Json(new Dictionary<string, string> { ["issuer"] = Address, ["jwks_uri"] = $"{Address}/keys" })
            : Results.StatusCode(StatusCodes.Status502BadGateway);
    }

    private IResult Keys()
    {
        lock (_published)
        {
            return Results.Json(new
            {
                keys = _published.Select(JsonWebKeyConverter.ConvertFromRSASecurityKey)
                    .Select(k => new { kty = k.Kty, kid = k.Kid, n = k.N, e = k.E, use = "sig" }).ToArray(),
            });
        }
    }
}
