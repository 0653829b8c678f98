using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Perdure.AspNetCore.Tests.Triggers;

/// <summary>What a function with an HTTP trigger can return, and what the caller gets.</summary>
public sealed class ResultTests : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync(typeof(Returns));

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Theory]
    [InlineData("Void", "204")]
    [InlineData("JustTask", "204")]
    [InlineData("JustValueTask", "204")]
    [InlineData("Null", "204")]
    [InlineData("Own", "202 by myself")]
    [InlineData("Text", "200 text/plain; charset=utf-8: grün")]
    [InlineData("TextLater", "200 text/plain; charset=utf-8: later")]
    [InlineData("Number", "200 application/json; charset=utf-8: 5")]
    [InlineData("Order", """200 application/json; charset=utf-8: {"item":"tea & ü","amount":2}""")]
    [InlineData("Tuple", """200 application/json; charset=utf-8: {"item1":1,"item2":"two"}""")]
    [InlineData("Object", """200 application/json; charset=utf-8: {"id":"x"}""")]
    [InlineData("Result", """201 application/json; charset=utf-8: {"item":"tea & ü","amount":2}""")]
    [InlineData("ActionOk", """200 application/json; charset=utf-8: {"item":"tea & ü","amount":2}""")]
    [InlineData("ActionText", "200 text/plain; charset=utf-8: fine")]
    [InlineData("ActionMissing", "404 no such order")]
    [InlineData("ActionStatus", "418")]
    [InlineData("ActionContent", "200 text/html: <b>")]
    [InlineData("ActionOf", """200 application/json; charset=utf-8: {"item":"coffee","amount":1}""")]
    [InlineData("ActionEmpty", "200")]
    [InlineData("Stream", "200 application/octet-stream: abc")]
    public async Task Everything_becomes_an_answer(string function, string answer)
    {
        using HttpResponseMessage response = await _site.SendAsync("GET", "/api/" + function);
        string text = await response.Content.ReadAsStringAsync();
        string type = answer.Contains(": ", StringComparison.Ordinal) && response.Content.Headers.ContentType is { } t
            ? $"{t}: " : "";

        $"{(int)response.StatusCode} {type}{text}".TrimEnd().ShouldBe(answer);
    }

    [Fact]
    public async Task A_redirect_and_a_created_at_work_without_MVC()
    {
        using HttpResponseMessage created = await _site.SendAsync("GET", "/api/ActionCreated");
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        created.Headers.Location.ShouldBe(new Uri("/orders/7", UriKind.Relative));
    }

    [Fact]
    public async Task A_response_message_is_passed_on_with_its_headers()
    {
        using HttpResponseMessage response = await _site.SendAsync("GET", "/api/Message");

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        response.ReasonPhrase.ShouldBe("Be patient");
        response.Headers.GetValues("Set-Cookie").ShouldBe(["a=1", "b=2"]);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(10));
        response.Headers.TransferEncodingChunked.ShouldNotBe(true);
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/csv; charset=utf-8");
        response.Content.Headers.ContentLength.ShouldBe(3);
        (await response.Content.ReadAsStringAsync()).ShouldBe("a;b");
        (await _site.AskAsync("GET", "/api/EmptyMessage")).ShouldBe("204");
    }

    [Theory]
    [InlineData("Text", 5)]
    [InlineData("Message", 3)]
    [InlineData("Stream", 3)]
    [InlineData("Number", 1)]
    public async Task Head_gives_the_headers_alone(string function, int length)
    {
        using HttpResponseMessage response = await _site.SendAsync("HEAD", "/api/" + function);

        response.IsSuccessStatusCode.ShouldBeTrue();
        response.Content.Headers.ContentLength.ShouldBe(length);
        (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Throws")]
    [InlineData("ThrowsLater")]
    [InlineData("NullTask")]
    [InlineData("BadJson")]
    public async Task An_error_is_logged_and_not_told(string function)
    {
        string answer = await _site.AskAsync("GET", "/api/" + function);

        answer.ShouldBe(
            $"500 {{\"Message\":\"The function '{function}' failed. The log of this host says why.\"}}");
        _site.Log.All.ShouldContain(
            l => l.StartsWith($"Error Perdure.Http: Function {function} failed.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Half_an_answer_is_cut_off() =>
        await Should.ThrowAsync<HttpRequestException>(() => _site.AskAsync("GET", "/api/Half"));

    [Fact]
    public async Task An_application_with_MVC_keeps_its_own_way_of_writing()
    {
        await using Site site = await Site.StartAsync(
            typeof(Returns),
            services: s => s.AddMvcCore().AddJsonOptions(o => o.JsonSerializerOptions.PropertyNamingPolicy = null));

        (await site.AskAsync("GET", "/api/ActionOk")).ShouldBe("""200 {"Item":"tea & ü","Amount":2}""");
    }

    [Fact]
    public async Task What_middleware_did_before_is_kept()
    {
        await using Site site = await Site.StartAsync(
            typeof(Returns),
            map: app => app.Use((context, next) =>
            {
                context.Response.Headers["X-Before"] = "1";
                return next();
            }));

        using HttpResponseMessage response = await site.SendAsync("GET", "/api/Text");
        response.Headers.GetValues("X-Before").ShouldBe(["1"]);
    }

    public sealed record Order(string Item, decimal Amount);

    public sealed class Broken
    {
        public string Value => throw new InvalidOperationException("not readable");
    }

    public static class Returns
    {
        private static readonly Order s_order = new("tea & ü", 2);

        [FunctionName("Void")]
        public static void Void([HttpTrigger] HttpRequest _)
        {
        }

        [FunctionName("JustTask")]
        public static async Task TaskAsync([HttpTrigger] HttpRequest _) => await Task.Yield();

        [FunctionName("JustValueTask")]
        public static ValueTask ValueTaskAsync([HttpTrigger] HttpRequest _) => default;

        [FunctionName("Null")]
        public static Task<Order?> NullAsync([HttpTrigger] HttpRequest _) => Task.FromResult<Order?>(null);

        [FunctionName("Own")]
        public static async Task OwnAsync([HttpTrigger] HttpRequest request)
        {
            request.HttpContext.Response.StatusCode = 202;
            await request.HttpContext.Response.WriteAsync("by myself");
        }

        [FunctionName("Text")]
        public static string Text([HttpTrigger] HttpRequest _) => "grün";

        [FunctionName("TextLater")]
        public static async ValueTask<string> TextLaterAsync([HttpTrigger] HttpRequest _)
        {
            await Task.Yield();
            return "later";
        }

        [FunctionName("Number")]
        public static Task<int> NumberAsync([HttpTrigger] HttpRequest _) => Task.FromResult(5);

        [FunctionName("Order")]
        public static ValueTask<Order> OrderAsync([HttpTrigger] HttpRequest _) => new(s_order);

        [FunctionName("Tuple")]
        public static (int, string) Tuple([HttpTrigger] HttpRequest _) => (1, "two");

        [FunctionName("Object")]
        public static Task<object> ObjectAsync([HttpTrigger] HttpRequest _) =>
            Task.FromResult<object>(new { Id = "x" });

        [FunctionName("Result")]
        public static async Task<IResult> ResultAsync([HttpTrigger] HttpRequest _)
        {
            await Task.Yield();
            return Results.Json(s_order, new System.Text.Json.JsonSerializerOptions
            {
                PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.CamelCase,
                Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }, statusCode: 201);
        }

        [FunctionName("ActionOk")]
        public static IActionResult ActionOk([HttpTrigger] HttpRequest _) => new OkObjectResult(s_order);

        [FunctionName("ActionText")]
        public static Task<OkObjectResult> ActionTextAsync([HttpTrigger] HttpRequest _) =>
            Task.FromResult(new OkObjectResult("fine"));

        [FunctionName("ActionMissing")]
        public static IActionResult ActionMissing([HttpTrigger] HttpRequest _) =>
            new NotFoundObjectResult("no such order");

        [FunctionName("ActionStatus")]
        public static IActionResult ActionStatus([HttpTrigger] HttpRequest _) => new StatusCodeResult(418);

        [FunctionName("ActionContent")]
        public static IActionResult ActionContent([HttpTrigger] HttpRequest _) =>
            new ContentResult { Content = "<b>", ContentType = "text/html" };

        [FunctionName("ActionOf")]
        public static ActionResult<Order> ActionOf([HttpTrigger] HttpRequest _) => new Order("coffee", 1);

        [FunctionName("ActionEmpty")]
        public static IActionResult ActionEmpty([HttpTrigger] HttpRequest _) => new EmptyResult();

        [FunctionName("ActionCreated")]
        public static IActionResult ActionCreated([HttpTrigger] HttpRequest _) =>
            new CreatedResult("/orders/7", s_order);

        [FunctionName("Stream")]
        public static Stream Stream([HttpTrigger] HttpRequest _) => new MemoryStream(Encoding.UTF8.GetBytes("abc"));

        [FunctionName("Message")]
        public static HttpResponseMessage Message([HttpTrigger] HttpRequestMessage request)
        {
            HttpResponseMessage response = new(HttpStatusCode.Accepted)
            {
                ReasonPhrase = "Be patient",
                RequestMessage = request,
                Content = new StringContent("a;b", Encoding.UTF8, "text/csv"),
            };
            response.Headers.TransferEncodingChunked = true;
            response.Headers.RetryAfter = new(TimeSpan.FromSeconds(10));
            response.Headers.Add("Set-Cookie", ["a=1", "b=2"]);
            return response;
        }

        [FunctionName("EmptyMessage")]
        public static HttpResponseMessage EmptyMessage([HttpTrigger] HttpRequestMessage _) =>
            new(HttpStatusCode.NoContent);

        [FunctionName("Throws")]
        public static string Throws([HttpTrigger] HttpRequest _) => throw new InvalidOperationException("secret");

        [FunctionName("ThrowsLater")]
        public static async Task<IActionResult> ThrowsLaterAsync([HttpTrigger] HttpRequest _)
        {
            await Task.Yield();
            throw new InvalidOperationException("secret");
        }

        [FunctionName("NullTask")]
        public static Task<string> NullTask([HttpTrigger] HttpRequest _) => null!;

        [FunctionName("BadJson")]
        public static Broken BadJson([HttpTrigger] HttpRequest _) => new();

        [FunctionName("Half")]
        public static async Task HalfAsync([HttpTrigger] HttpRequest request)
        {
            request.HttpContext.Response.ContentLength = 100;
            await request.HttpContext.Response.WriteAsync("half");
            await request.HttpContext.Response.Body.FlushAsync();
            throw new InvalidOperationException("the rest is lost");
        }
    }
}
