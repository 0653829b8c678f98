using Microsoft.IdentityModel.Tokens;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

/// <summary>Tokens whose keys come from an OpenID Connect provider.</summary>
public sealed class AuthorityTests : IAsyncLifetime
{
    private readonly RsaSecurityKey _key = OpenIdProvider.NewKey("one");
    private OpenIdProvider _provider = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await OpenIdProvider.StartAsync();
        _provider.Publish(_key);
    }

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    [Fact]
    public async Task A_token_of_the_authority_lets_in_and_its_keys_are_fetched_once()
    {
        await using App app = await StartAsync();
        _provider.Fetches.ShouldBe(0);
        Reply[] replies = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => AskAsync(app, _provider.Token(_key))));
        replies.ShouldAllBe(r => r.Status == 200);
        _provider.Fetches.ShouldBe(1);
        Reply reply = await app.SendAsync(
            "POST", "orchestrators/Greet", "1", headers: ("Authorization", $"Bearer {_provider.Token(_key)}"));
        (reply.Status, reply.Message).ShouldBe(
            (403, "The token has the scope perdure.read; this needs perdure.operate."));
    }

    [Fact]
    public async Task A_token_that_is_not_good_is_refused_with_the_reason()
    {
        await using App app = await StartAsync();
        RsaSecurityKey unknown = OpenIdProvider.NewKey("two");
        RsaSecurityKey pretender = OpenIdProvider.NewKey("one");
        (string Token, string Reason)[] bad =
        [
            (_provider.Token(_key, issuer: "https://other.example"), "The token was issued by somebody else."),
            (_provider.Token(_key, issuer: _provider.Address + "/"), "The token was issued by somebody else."),
            (_provider.Token(_key, audience: "other"), "The token was made for another audience."),
            (_provider.Token(_key, minutes: -5), "The token has expired."),
            (_provider.Token(unknown), "The signature of the token does not fit."),
            (_provider.Token(pretender), "The signature of the token does not fit."),
            (Credentials.Token("scope", "perdure.admin", issuer: _provider.Address),
                "The signature of the token does not fit."),
        ];
        foreach ((string token, string reason) in bad)
        {
            Reply reply = await AskAsync(app, token);
            (reply.Status, reply.Message).ShouldBe((401, reason));
            reply.Headers["WWW-Authenticate"].ShouldBe("Bearer");
        }
        (await AskAsync(app, _provider.Token(_key))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task An_issuer_that_is_asked_for_stands_in_place_of_the_one_of_the_authority()
    {
        await using App app = await StartAsync(o => o.Jwt.Issuer = Credentials.Issuer);
        (await AskAsync(app, _provider.Token(_key, issuer: Credentials.Issuer))).Status.ShouldBe(200);
        Reply reply = await AskAsync(app, _provider.Token(_key));
        (reply.Status, reply.Message).ShouldBe((401, "The token was issued by somebody else."));
    }

    [Fact]
    public async Task A_new_key_is_fetched_when_a_token_names_it_and_a_withdrawn_one_is_good_no_longer()
    {
        await using App app = await StartAsync();
        (await AskAsync(app, _provider.Token(_key))).Status.ShouldBe(200);

        RsaSecurityKey next = OpenIdProvider.NewKey("two");
        _provider.Publish(next);
        // The fetch runs beside the request that asks for it.
        await App.UntilAsync(async () => (await AskAsync(app, _provider.Token(next))).Status == 200);
        _provider.Fetches.ShouldBe(2);

        Reply reply = await AskAsync(app, _provider.Token(_key));
        (reply.Status, reply.Message).ShouldBe((401, "The signature of the token does not fit."));
        // Tokens that name keys at will do not make the provider work for each of them.
        for (int i = 0; i < 20; i++)
            (await AskAsync(app, _provider.Token(OpenIdProvider.NewKey($"other {i}")))).Status.ShouldBe(401);
        _provider.Fetches.ShouldBe(2);
    }

    [Fact]
    public async Task While_the_authority_cannot_be_reached_nobody_is_let_in_and_then_everybody_is_again()
    {
        PerdureKey key = PerdureKey.Generate();
        _provider.IsUp = false;
        await using App app = await StartAsync(o => o.Keys.Add(new() { Name = "k", Hash = key.Hash }));
        string stranger = _provider.Token(OpenIdProvider.NewKey("x"));
        foreach (string token in (string[])[_provider.Token(_key), stranger, "a.b.c"])
        {
            Reply reply = await AskAsync(app, token);
            (reply.Status, reply.Message).ShouldBe((
                503,
                "The keys of the authority cannot be fetched, so the token cannot be checked. Try again in a moment."));
            reply.Headers["Retry-After"].ShouldBe("5");
        }
        (await AskAsync(app, key.Key)).Status.ShouldBe(200);
        (await app.GetAsync("instances")).Status.ShouldBe(401);

        _provider.IsUp = true;
        await App.UntilAsync(async () => (await AskAsync(app, _provider.Token(_key))).Status == 200);
        _provider.IsUp = false;
        (await AskAsync(app, _provider.Token(_key))).Status.ShouldBe(200);
        (await AskAsync(app, stranger)).Status.ShouldBe(401);
        (await AskAsync(app, _provider.Token(_key))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Given_keys_are_good_while_the_authority_cannot_be_reached()
    {
        _provider.IsUp = false;
        await using App app = await StartAsync(Credentials.ConfigureTokens);
        (await AskAsync(app, Credentials.Token("scope", "perdure.read"))).Status.ShouldBe(200);
        (await AskAsync(app, _provider.Token(_key, Credentials.Issuer))).Status.ShouldBe(503);
        Reply reply = await AskAsync(app, Credentials.Token("scope", "perdure.read", minutes: -5));
        (reply.Status, reply.Message).ShouldBe((401, "The token has expired."));

        _provider.IsUp = true;
        await App.UntilAsync(
            async () => (await AskAsync(app, _provider.Token(_key, Credentials.Issuer))).Status == 200);
        (await AskAsync(app, Credentials.Token("scope", "perdure.read"))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("no keys")]
    public async Task An_authority_that_is_not_there_or_has_no_keys_lets_nobody_in(string authority)
    {
        _provider.Publish();
        await using App app = await StartAsync(
            o => o.Jwt.Authority = authority == "no keys" ? _provider.Address : authority);
        (await AskAsync(app, _provider.Token(_key))).Status.ShouldBe(503);
        (await AskAsync(app, _provider.Token(_key))).Status.ShouldBe(503);
    }

    private static Task<Reply> AskAsync(App app, string token) =>
        app.SendAsync("GET", "instances", headers: ("Authorization", $"Bearer {token}"));

    private Task<App> StartAsync(Action<PerdureHttpOptions>? configure = null) => App.StartAsync(o =>
    {
        o.Jwt.Authority = _provider.Address;
        o.Jwt.Audience = Credentials.Audience;
        configure?.Invoke(o);
    });
}
