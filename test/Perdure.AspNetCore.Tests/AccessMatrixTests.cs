using Perdure.AspNetCore.Routing;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests;

/// <summary>
/// Every route of the table with every kind of caller; nothing is listed by hand, so nothing is left out.
/// </summary>
public sealed class AccessMatrixTests
{
    private static readonly string[] s_callers =
    [
        "nobody", "unknown key", "key of another hub", "key in the address", "key of a function", "reader", "operator",
        "admin", "token without scope", "token reader", "token operator", "token admin", "link of this instance",
        "link of another instance",
    ];

    public static TheoryData<string> Callers => [.. s_callers];

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task Only_who_may_reaches_the_handler(string caller)
    {
        await using App app = await App.StartAsync(Credentials.Configure);
        foreach (ManagementRoute route in ManagementRoutes.All)
            await TryAsync(app, route, caller);
    }

    private static async Task TryAsync(App app, ManagementRoute route, string caller)
    {
        string path = "/" + route.Pattern.Replace("{instanceId}", "one", StringComparison.Ordinal)
            .Replace("{instanceId?}", "one", StringComparison.Ordinal)
            .Replace("{functionName}", "Nothing", StringComparison.Ordinal)
            .Replace("{eventName}", "Approval", StringComparison.Ordinal)
            .Replace("{entityName}", "nothing", StringComparison.Ordinal)
            .Replace("{entityName?}", "nothing", StringComparison.Ordinal)
            .Replace("{entityKey}", "one", StringComparison.Ordinal)
            .Replace("{entityKey?}", "one", StringComparison.Ordinal);
        (string? code, (string, string)[] headers) = Shown(app, caller);
        Reply reply = await app.SendAsync(
            route.Method == ManagementRoute.AnyMethod ? "POST" : route.Method,
            code is null ? path : $"{path}?code={code}", headers: headers);

        int expected = Expected(route, caller);
        if (expected == 200)
            reply.Status.ShouldNotBeOneOf([401, 403, 500], $"{route.Name} {reply.Text}");
        else
            reply.Status.ShouldBe(expected, $"{route.Name} {reply.Text}");
        if (expected == 401)
            reply.Headers["WWW-Authenticate"].ShouldBe("Bearer");
    }

    /// <summary>Told by the scope of the route alone, in words of this test.</summary>
    private static int Expected(ManagementRoute route, string caller)
    {
        if (route.Scope is not { } scope)
            return 200;
        return caller switch
        {
            "nobody" or "unknown key" or "key of another hub" or "key in the address" => 401,
            "key of a function" or "token without scope" => 403,
            "reader" or "token reader" => scope == AccessScope.Read ? 200 : 403,
            "operator" or "token operator" => scope == AccessScope.Admin ? 403 : 200,
            "admin" or "token admin" => 200,
            "link of this instance" => route.AcceptsLink ? 200 : 403,
            "link of another instance" => route.AcceptsLink ? 401 : 403,
            _ => throw new ArgumentOutOfRangeException(nameof(caller), caller, null),
        };
    }

    private static (string? Code, (string, string)[] Headers) Shown(App app, string caller) => caller switch
    {
        "nobody" => (null, []),
        "unknown key" => (null, [("x-functions-key", PerdureKey.Generate().Key)]),
        "key of another hub" => (null, [("x-functions-key", Credentials.OfOtherHub.Key)]),
        "key in the address" => (Credentials.Admin.Key, []),
        "key of a function" => (null, [("x-functions-key", Credentials.OfFunction.Key)]),
        "reader" => (null, [("x-functions-key", Credentials.Reader.Key)]),
        "operator" => (null, [("Authorization", "Bearer " + Credentials.Operator.Key)]),
        "admin" => (null, [("x-functions-key", Credentials.Admin.Key)]),
        "token without scope" => (null, [("Authorization", "Bearer " + Credentials.Token("scope", "other.admin"))]),
        "token reader" => (null, [("Authorization", "Bearer " + Credentials.Token("scp", "a perdure.read b"))]),
        "token operator" =>
            (null, [("Authorization", "bearer " + Credentials.Token("roles", (string[])["x", "perdure.operate"]))]),
        "token admin" => (null, [("Authorization", "Bearer " + Credentials.Token("scope", "perdure.admin"))]),
        "link of this instance" => (CodeFor(app, "one"), []),
        "link of another instance" => (CodeFor(app, "One"), []),
        _ => throw new ArgumentOutOfRangeException(nameof(caller), caller, null),
    };

    private static string CodeFor(App app, string id) =>
        Credentials.CodeIn(app.Client.CreateHttpManagementPayload(id).StatusQueryGetUri);
}
