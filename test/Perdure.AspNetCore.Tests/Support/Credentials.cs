using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Perdure.AspNetCore.Tests.Support;

/// <summary>Keys and tokens of every kind, and a host that accepts them.</summary>
internal static class Credentials
{
    public const string Audience = "perdure-tests";
    public const string Issuer = "https://issuer.example";

    private static readonly byte[] s_secret = [.. Enumerable.Range(1, 48).Select(i => (byte)i)];

    public static PerdureKey Reader { get; } = PerdureKey.Generate();
    public static PerdureKey Operator { get; } = PerdureKey.Generate();
    public static PerdureKey Admin { get; } = PerdureKey.Generate();
    public static PerdureKey OfOtherHub { get; } = PerdureKey.Generate();
    public static PerdureKey OfFunction { get; } = PerdureKey.Generate();

    public static void Configure(PerdureHttpOptions options)
    {
        options.Keys.Add(new() { Name = "reader", Hash = Reader.Hash });
        options.Keys.Add(new() { Name = "operator", Hash = Operator.Hash, Scope = AccessScope.Operate });
        options.Keys.Add(new() { Name = "admin", Hash = Admin.Hash, Scope = AccessScope.Admin, TaskHub = "PERDURE" });
        options.Keys.Add(new() { Name = "other", Hash = OfOtherHub.Hash, Scope = AccessScope.Admin, TaskHub = "b" });
        options.Keys.Add(new()
        {
            Name = "function", Hash = OfFunction.Hash, Scope = AccessScope.Admin, Functions = { "Form" },
        });
        ConfigureTokens(options);
    }

    public static void ConfigureTokens(PerdureHttpOptions options)
    {
        options.Jwt.Audience = Audience;
        options.Jwt.Issuer = Issuer;
        options.Jwt.SigningKeys.Add(Convert.ToBase64String(s_secret));
    }

    public static string Token(
        string claim, object value, string audience = Audience, string issuer = Issuer, int minutes = 5,
        byte[]? secret = null, string algorithm = "HS256") => new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Audience = audience,
                Issuer = issuer,
                NotBefore = DateTime.UtcNow.AddHours(-1),
                Expires = DateTime.UtcNow.AddMinutes(minutes),
                Claims = new Dictionary<string, object> { [claim] = value, ["sub"] = "somebody" },
                SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(secret ?? s_secret), algorithm),
            });

    public static string CodeIn(string address) =>
        System.Web.HttpUtility.ParseQueryString(new Uri(address).Query)["code"]
        ?? throw new FormatException($"There is no code in {address}.");
}
