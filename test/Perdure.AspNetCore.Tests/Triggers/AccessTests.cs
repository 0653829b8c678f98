using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Perdure.AspNetCore.Tests.Triggers;

/// <summary>Who may call which function.</summary>
public sealed class AccessTests
{
    private static readonly PerdureKey s_function = PerdureKey.Generate();
    private static readonly PerdureKey s_read = PerdureKey.Generate();
    private static readonly PerdureKey s_operate = PerdureKey.Generate();
    private static readonly PerdureKey s_admin = PerdureKey.Generate();

    private static readonly Dictionary<string, PerdureKey> s_keys = new()
    {
        ["function"] = s_function, ["read"] = s_read, ["operate"] = s_operate, ["admin"] = s_admin,
    };

    [Theory]
    [InlineData("Open", "none:200 function:200 read:200 operate:200 admin:200")]
    [InlineData("ForUsers", "none:401 function:403 read:403 operate:200 admin:200")]
    [InlineData("ForKeys", "none:401 function:200 read:403 operate:200 admin:200")]
    [InlineData("OtherForKeys", "none:401 function:403 read:403 operate:200 admin:200")]
    [InlineData("ForSystem", "none:401 function:403 read:403 operate:200 admin:200")]
    [InlineData("ForAdmins", "none:401 function:403 read:403 operate:403 admin:200")]
    public async Task The_level_says_which_key_is_needed(string function, string expected)
    {
        await using Site site = await Site.StartAsync(typeof(Levels), SetKeys);
        List<string> answers = [];
        foreach (string key in (string[])["none", "function", "read", "operate", "admin"])
        {
            (string, string)[] headers = key == "none" ? [] : [("x-functions-key", s_keys[key].Key)];
            using HttpResponseMessage response = await site.SendAsync("GET", $"/api/{function}", headers: headers);
            answers.Add($"{key}:{(int)response.StatusCode}");
        }

        string.Join(" ", answers).ShouldBe(expected);
    }

    [Fact]
    public async Task A_refusal_says_what_to_do_and_calls_nothing()
    {
        await using Site site = await Site.StartAsync(typeof(Levels), SetKeys);

        using HttpResponseMessage response = await site.SendAsync("POST", "/api/Counted", "{}");

        (await response.Content.ReadAsStringAsync()).ShouldContain("Send a key in the header x-functions-key");
        response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        Levels.Calls.ShouldBe(0);
        site.Log.All.ShouldContain(l => l.StartsWith(
            "Information Perdure.Http: A call of function Counted was refused with 401", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, "ForKeys", 401)]
    [InlineData(true, "ForKeys", 200)]
    [InlineData(true, "OtherForKeys", 403)]
    [InlineData(true, "ForSystem", 401)]
    public async Task A_key_in_the_address_is_taken_only_if_the_options_say_so(
        bool accept, string function, int status)
    {
        await using Site site = await Site.StartAsync(
            typeof(Levels),
            o =>
            {
                SetKeys(o);
                o.AcceptKeysInQuery = accept;
            });

        using HttpResponseMessage response = await site.SendAsync(
            "GET", $"/api/{function}?code={s_function.Key}");

        ((int)response.StatusCode).ShouldBe(status);
    }

    [Fact]
    public async Task A_key_in_a_header_is_stronger_than_one_in_the_address()
    {
        await using Site site = await Site.StartAsync(
            typeof(Levels),
            o =>
            {
                SetKeys(o);
                o.AcceptKeysInQuery = true;
            });

        using HttpResponseMessage response = await site.SendAsync(
            "GET", $"/api/ForKeys?code={s_function.Key}", headers: ("x-functions-key", s_read.Key));

        ((int)response.StatusCode).ShouldBe(StatusCodes.Status403Forbidden);
    }

    [Fact]
    public async Task Whoever_the_application_has_signed_in_may_call_functions_for_users()
    {
        await using Site site = await Site.StartAsync(
            typeof(Levels),
            SetKeys,
            services: s => s.AddTransient<Microsoft.AspNetCore.Hosting.IStartupFilter, SignIn>());

        (await site.AskAsync("GET", "/api/ForUsers")).ShouldBe("200 Ada");
        (await site.AskAsync("GET", "/api/ForKeys")).ShouldStartWith("401 ");
    }

    [Theory]
    [InlineData("Open")]
    [InlineData("ForKeys")]
    [InlineData("ForAdmins")]
    public async Task Without_configuration_this_machine_may_call_everything(string function)
    {
        await using Site site = await Site.StartAsync(typeof(Levels));

        (await site.AskAsync("GET", $"/api/{function}")).ShouldStartWith("200");
    }

    private static void SetKeys(PerdureHttpOptions options)
    {
        options.Keys.Add(new() { Name = "f", Hash = s_function.Hash, Functions = { "forkeys" } });
        options.Keys.Add(new() { Name = "r", Hash = s_read.Hash, Scope = AccessScope.Read });
        options.Keys.Add(new() { Name = "o", Hash = s_operate.Hash, Scope = AccessScope.Operate });
        options.Keys.Add(new() { Name = "a", Hash = s_admin.Hash, Scope = AccessScope.Admin });
    }

    /// <summary>Stands for the authentication of an application.</summary>
    private sealed class SignIn : Microsoft.AspNetCore.Hosting.IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, go) =>
            {
                context.User = new(new ClaimsIdentity([new Claim(ClaimTypes.Name, "Ada")], "test"));
                return go();
            });
            next(app);
        };
    }

    public static class Levels
    {
        public static int Calls { get; private set; }

        [FunctionName("Open")]
        public static string Open([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest _) => "open";

        [FunctionName("ForUsers")]
        public static string ForUsers(
            [HttpTrigger(AuthorizationLevel.User)] HttpRequest _, ClaimsPrincipal user) =>
            user.Identity?.Name ?? "nobody";

        [FunctionName("ForKeys")]
        public static string ForKeys([HttpTrigger] HttpRequest _) => "keys";

        [FunctionName("OtherForKeys")]
        public static string OtherForKeys([HttpTrigger(AuthorizationLevel.Function)] HttpRequest _) => "keys";

        [FunctionName("ForSystem")]
        public static string ForSystem([HttpTrigger(AuthorizationLevel.System)] HttpRequest _) => "system";

        [FunctionName("ForAdmins")]
        public static string ForAdmins([HttpTrigger(AuthorizationLevel.Admin)] HttpRequest _) => "admins";

        [FunctionName("Counted")]
        public static void Counted([HttpTrigger] HttpRequest _) => Calls++;
    }
}
