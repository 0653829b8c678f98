using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

public sealed class CredentialTests
{
    [Fact]
    public void A_key_is_drawn_with_its_hash_and_shows_only_that()
    {
        PerdureKey key = PerdureKey.Generate();
        key.Key.ShouldMatch("^pdk_[0-9a-f]{64}$");
        key.Hash.ShouldMatch("^sha256:[0-9a-f]{64}$");
        PerdureKey.HashOf(key.Key).ShouldBe(key.Hash);
        key.ToString().ShouldBe(key.Hash);
        PerdureKey.Generate().Key.ShouldNotBe(key.Key);
        Should.Throw<ArgumentException>(() => PerdureKey.HashOf("too short"));
    }

    [Theory]
    [InlineData("expired", "The token has expired.")]
    [InlineData("audience", "The token was made for another audience.")]
    [InlineData("issuer", "The token was issued by somebody else.")]
    [InlineData("secret", "The signature of the token does not fit.")]
    [InlineData("none", "The signature of the token does not fit.")]
    [InlineData("cut", "The signature of the token does not fit.")]
    [InlineData("text", "The key is not known to this task hub.")]
    [InlineData("dots", "The token is not valid.")]
    public async Task A_token_that_is_not_good_is_refused_with_the_reason(string fault, string reason)
    {
        await using App app = await App.StartAsync(Credentials.ConfigureTokens);
        const string Scope = "perdure.admin";
        string good = Credentials.Token("scope", Scope);
        string token = fault switch
        {
            "expired" => Credentials.Token("scope", Scope, minutes: -5),
            "audience" => Credentials.Token("scope", Scope, audience: "other"),
            "issuer" => Credentials.Token("scope", Scope, issuer: "https://other.example"),
            "secret" => Credentials.Token("scope", Scope, secret: new byte[48]),
            "none" => Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""") + "." + good.Split('.')[1] + ".",
            "cut" => good[..^4] + "AAAA",
            "text" => "nonsense",
            _ => "a.b.c",
        };
        Reply reply = await app.SendAsync("GET", "instances", headers: ("Authorization", $"Bearer {token}"));
        (reply.Status, reply.Message).ShouldBe((401, reason));
        (await app.SendAsync("GET", "instances", headers: ("Authorization", $"Bearer {good}"))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_public_key_is_never_taken_for_a_shared_secret()
    {
        using ECDsa curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string pem = curve.ExportSubjectPublicKeyInfoPem();
        await using App app = await App.StartAsync(o =>
        {
            o.Jwt.Audience = Credentials.Audience;
            o.Jwt.Issuer = Credentials.Issuer;
            o.Jwt.SigningKeys.Add(pem);
        });
        string forged = Credentials.Token(
            "scope", "perdure.admin", secret: System.Text.Encoding.UTF8.GetBytes(pem));
        (await app.SendAsync("GET", "instances", headers: ("Authorization", $"Bearer {forged}"))).Status.ShouldBe(401);
        string good = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Audience = Credentials.Audience,
            Issuer = Credentials.Issuer,
            Claims = new Dictionary<string, object> { ["scope"] = "perdure.read" },
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(curve), "ES256"),
        });
        (await app.SendAsync("GET", "instances", headers: ("Authorization", $"Bearer {good}"))).Status.ShouldBe(200);
        (await app.DeleteAsync("instances")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task What_somebody_asks_for_is_kept_with_the_name_of_their_key_or_token()
    {
        await using App app = await App.StartAsync(Credentials.Configure);
        await app.StartedAsync("Approval", "one");
        (string, string) key = ("x-functions-key", Credentials.Operator.Key);
        (string, string) token = ("Authorization", $"Bearer {Credentials.Token("scope", "perdure.operate")}");
        await PostAsync("suspend?reason=lunch", key);
        string why = (await app.SendAsync("GET", "instances/one/explain", headers: key))["reason"];
        why.ShouldStartWith("It is suspended by 'operator' since ");
        why.ShouldEndWith(" (lunch). Resume it to let it go on.");
        await PostAsync("resume?reason=back", token);
        string link = app.Parts.Addresses.Of("one").SuspendPostUri.Replace("{text}", "link", StringComparison.Ordinal);
        (await app.SendAsync("POST", link)).Status.ShouldBe(202);
        await PostAsync("terminate?reason=enough", token);

        Reply history = await app.SendAsync("GET", "instances/one?showHistory=true", headers: key);
        Authors(history).ShouldBe([
            ("ExecutionSuspended", "operator"), ("ExecutionResumed", "somebody"), ("ExecutionSuspended", null),
            ("ExecutionTerminated", "somebody")]);

        async Task PostAsync(string what, (string, string) credentials) =>
            (await app.SendAsync("POST", $"instances/one/{what}", headers: credentials)).Status.ShouldBe(202);
    }

    [Fact]
    public async Task Where_nobody_has_a_name_none_is_kept()
    {
        await using App app = await App.StartAsync();
        await app.StartedAsync("Approval", "one");
        (await app.PostAsync("instances/one/suspend?reason=lunch")).Status.ShouldBe(202);
        (await app.GetAsync("instances/one/explain"))["reason"].ShouldStartWith("It is suspended since ");
        Authors(await app.GetAsync("instances/one?showHistory=true")).ShouldBe([("ExecutionSuspended", null)]);
    }

    [Fact]
    public async Task A_client_that_speaks_for_somebody_makes_the_same_addresses()
    {
        await using App app = await App.StartAsync();
        app.Client.OnBehalfOf("Ada").CreateHttpManagementPayload("one").Id.ShouldBe("one");
    }

    private static (string?, string?)[] Authors(Reply reply) =>
    [
        .. from e in reply.Json.GetProperty("historyEvents").EnumerateArray()
           where e.TryGetProperty("Reason", out _)
           select (e.GetProperty("EventType").GetString(),
               e.TryGetProperty("Author", out JsonElement author) ? author.GetString() : null),
    ];

    [Fact]
    public async Task Callers_have_a_rate_each()
    {
        await using App app = await App.StartAsync(o =>
        {
            Credentials.Configure(o);
            o.RequestsPerSecond = 1;
        });
        int[] statuses = new int[12];
        for (int i = 0; i < statuses.Length; i++)
            statuses[i] = (await app.SendAsync(
                "GET", "instances", headers: ("x-functions-key", Credentials.Reader.Key))).Status;
        statuses[..2].ShouldBe([200, 200]);
        statuses.ShouldContain(429);
        (await app.SendAsync("GET", "instances", headers: ("x-functions-key", Credentials.Admin.Key)))
            .Status.ShouldBe(200);
        (await app.GetAsync("/healthz/ready")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Guessing_is_slowed_down()
    {
        await using App app = await App.StartAsync(Credentials.Configure);
        Reply last = new(0, "", new Dictionary<string, string>());
        for (int i = 0; i < 5000 && last.Status != 429; i++)
            last = await app.SendAsync("GET", "instances", headers: ("x-functions-key", $"guess {i}"));
        last.Status.ShouldBe(429);
        last.Headers["Retry-After"].ShouldBe("1");
    }

    [Fact]
    public async Task Wrong_options_are_all_named_at_once_and_no_secret_with_them()
    {
        OptionsValidationException e = await Should.ThrowAsync<OptionsValidationException>(() => App.StartAsync(o =>
        {
            o.UnsafeAllowAnonymous = true;
            o.Keys.Add(new PerdureHttpKey { Hash = "plain-secret" });
            o.Jwt.SigningKeys.Add("short-secret");
            o.LinkSigningKey = "link-secret";
            o.LinkLifetime = TimeSpan.Zero;
            o.MaxBodyBytes = 1;
            o.RequestsPerSecond = 0;
            o.PublicUrl = "orders.example.com";
            o.MaxWait = TimeSpan.FromDays(1);
        }));
        string[] named = [.. e.Failures.Select(f => f["Perdure:Http:".Length..].Split(' ')[0]).Order()];
        named.ShouldBe([
            "Jwt:Audience", "Jwt:Issuer", "Jwt:SigningKeys:0", "Keys:0:Hash", "Keys:0:Name", "LinkLifetime",
            "LinkSigningKey", "MaxBodyBytes", "MaxWait", "PublicUrl", "RequestsPerSecond", "UnsafeAllowAnonymous"]);
        e.Message.ShouldNotContain("secret'");
        e.Message.ShouldNotContain("plain-secret");
    }
}
