using System.Globalization;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Perdure.AspNetCore.Tests.Triggers;

/// <summary>What a function with an HTTP trigger can take.</summary>
public sealed class ParameterTests : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync(
        typeof(Takes),
        o => o.MaxBodyBytes = 2000,
        s => s.AddScoped<Visit>().AddKeyedSingleton("second", new Visit()));

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Theory]
    [InlineData("POST", "/api/Request?x=1", "hi", "200 POST /api/Request?x=1 hi")]
    [InlineData("PUT", "/api/Text", "grüße", "200 grüße")]
    [InlineData("POST", "/api/Text", "", "200")]
    [InlineData("POST", "/api/Bytes", "abc", "200 616263")]
    [InlineData("POST", "/api/Stream", "abc", "200 abc")]
    public async Task The_trigger_gives_the_request_or_its_body(
        string method, string path, string body, string answer) =>
        (await _site.AskAsync(method, path, body)).ShouldBe(answer);

    [Fact]
    public async Task A_request_message_has_everything_of_the_request()
    {
        string answer = await _site.AskAsync(
            "POST", "/api/Message/a%20b?q=%C3%BC", "{}", "application/json; charset=utf-8", ("X-One", "1"),
            ("X-One", "2"));

        answer.ShouldBe(
            $"200 POST {_site.Http.BaseAddress}api/Message/a%20b?q=%C3%BC 1.1 X-One=1, 2 "
            + "application/json; charset=utf-8 2 {} HttpContext");
    }

    [Theory]
    [InlineData("""{"item":"tea","AMOUNT":2.5}""", "200 tea 2.5")]
    [InlineData("""{"item":"tea","amount":"much"}""", "400 {\"Message\":\"The body cannot be read as JSON of "
        + "Perdure.AspNetCore.Tests.Triggers.ParameterTests.Order: it fails at $.amount, line 1, byte 30.\"}")]
    [InlineData("""{"item":""", "400 {\"Message\":\"The body cannot be read as JSON of "
        + "Perdure.AspNetCore.Tests.Triggers.ParameterTests.Order: it fails at $.item, line 1, byte 9.\"}")]
    [InlineData("", "400 {\"Message\":\"The body is empty, or null; it holds the JSON of "
        + "Perdure.AspNetCore.Tests.Triggers.ParameterTests.Order.\"}")]
    [InlineData("null", "400 {\"Message\":\"The body is empty, or null; it holds the JSON of "
        + "Perdure.AspNetCore.Tests.Triggers.ParameterTests.Order.\"}")]
    public async Task A_type_is_read_of_the_JSON_of_the_body(string body, string answer) =>
        (await _site.AskAsync("POST", "/api/Buy", body)).ShouldBe(answer);

    [Theory]
    [InlineData("", "200 nothing")]
    [InlineData("""{"item":"tea","amount":1}""", "200 tea")]
    public async Task A_body_that_may_be_missing_is_null(string body, string answer) =>
        (await _site.AskAsync("POST", "/api/MayBuy", body)).ShouldBe(answer);

    [Fact]
    public async Task What_a_constructor_throws_is_not_told_to_the_caller() =>
        (await _site.AskAsync("POST", "/api/Strict", """{"number":-1}""")).ShouldBe(
            "400 {\"Message\":\"The body cannot be read as JSON of "
            + "Perdure.AspNetCore.Tests.Triggers.ParameterTests.Positive.\"}");

    [Fact]
    public async Task Bodies_in_other_encodings_are_read_and_wrong_ones_refused()
    {
        using ByteArrayContent utf16 = new(Encoding.Unicode.GetBytes("""{"item":"ü","amount":1}"""));
        utf16.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-16");
        HttpResponseMessage response = await _site.Http.PostAsync(new Uri("/api/MayBuy", UriKind.Relative), utf16);
        (await response.Content.ReadAsStringAsync()).ShouldBe("ü");

        (await _site.AskAsync("POST", "/api/Text", "a", "text/plain; charset=klingon")).ShouldBe(
            "400 {\"Message\":\"The body is in 'klingon', which this host does not know; send it in UTF-8.\"}");
        (await _site.AskAsync("POST", "/api/Text", "a", "text/plain; charset=utf-7")).ShouldBe(
            "400 {\"Message\":\"The body is in 'utf-7', which this host does not know; send it in UTF-8.\"}");
        using ByteArrayContent broken = new([0xff, 0xfe, 0xff]);
        response = await _site.Http.PostAsync(new Uri("/api/Text", UriKind.Relative), broken);
        (await response.Content.ReadAsStringAsync()).ShouldBe(
            "{\"Message\":\"The body is not well-formed utf-8.\"}");
    }

    [Theory]
    [InlineData("""["\ud83d\ude00","\u00fc"]""", 200)]
    [InlineData("""["\ud83d"]""", 400)]
    [InlineData("""{"\ude00":1}""", 400)]
    public async Task Half_a_surrogate_pair_is_no_text_of_an_element_either(string body, int status) =>
        (await _site.AskAsync("POST", "/api/Element", body)).ShouldStartWith($"{status} ");

    [Theory]
    [InlineData("Text", "zz")]
    [InlineData("Text", "FFFFFFFFFFFFFFFFF")]
    [InlineData("Buy", "FFFFFFFFFFFFFFFFF")]
    [InlineData("Message/x", "zz")]
    public async Task A_body_whose_chunks_are_broken_is_the_fault_of_the_caller(string function, string size)
    {
        string request = $"POST /api/{function} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-One: 1\r\n"
            + $"Transfer-Encoding: chunked\r\n\r\n{size}\r\n{{}}\r\n0\r\n\r\n";

        (int status, string text) = await Support.Wire.AskAsync(
            _site.Http.BaseAddress!.Port, Encoding.ASCII.GetBytes(request), function);

        status.ShouldBe(400, text);
    }

    [Theory]
    [InlineData("/api/Text")]
    [InlineData("/api/Buy")]
    public async Task A_body_over_the_limit_is_refused(string path) =>
        (await _site.AskAsync("POST", path, new string('x', 2001))).ShouldStartWith("413 ");

    [Theory]
    [InlineData("/api/orders/7/tea/Red", "200 7 tea Red")]
    [InlineData("/API/ORDERS/7/tea/red", "200 7 tea Red")]
    [InlineData("/api/orders/seven/tea/Red", "404")]
    [InlineData("/api/orders/7/tea", "200 7 tea")]
    [InlineData("/api/orders/7/tea/mauve", "400 {\"Message\":\"'mauve' is not a "
        + "Perdure.AspNetCore.Tests.Triggers.ParameterTests.Colour, which the part of the address 'colour' is.\"}")]
    [InlineData("/api/files/a/b.txt", "200 <a/b.txt>")]
    [InlineData("/api/files", "200 <>")]
    [InlineData("/api/pages", "200 1")]
    [InlineData("/api/pages/3", "200 3")]
    public async Task Parts_of_the_route_are_parameters(string path, string answer) =>
        (await _site.AskAsync("GET", path)).ShouldBe(answer);

    [Theory]
    [InlineData("number=5", "200 5")]
    [InlineData("number=1,5", "400 {\"Message\":\"'1,5' is not a System.Int32, which the value in the query "
        + "'number' is.\"}")]
    [InlineData("", "400 {\"Message\":\"The query has no 'number'; add number=… to it.\"}")]
    [InlineData("number=1&number=2", "200 2")]
    public async Task A_simple_parameter_is_a_value_of_the_query(string query, string answer) =>
        (await _site.AskAsync("GET", "/api/Number?" + query)).ShouldBe(answer);

    [Theory]
    [InlineData("", "200 none/none/none/none/none/9")]
    [InlineData(
        "id=5ae7a21c-4e2b-4f0b-9a64-6a9a0c1f1a11&yes=True&when=2024-05-06T07:08:09Z&price=1.5&colour=1&last=4",
        "200 5ae7a21c-4e2b-4f0b-9a64-6a9a0c1f1a11/True/2024-05-06T07:08:09.0000000Z/1.5/Blue/4")]
    public async Task Values_of_the_query_have_many_types_and_may_be_missing(string query, string answer) =>
        (await _site.AskAsync("GET", "/api/Many?" + query)).ShouldBe(answer);

    [Fact]
    public async Task Clients_loggers_users_and_scoped_services_are_given()
    {
        string answer = await _site.AskAsync("GET", "/api/Given");

        answer.ShouldBe("200 True True False True True");
        _site.Log.All.ShouldContain("Information Function.Given: called");
    }

    [Fact]
    public async Task An_object_lives_from_the_call_to_the_answer()
    {
        (await _site.AskAsync("GET", "/api/OnObject")).ShouldBe("200 alive");
        (await _site.AskAsync("GET", "/api/OnObject")).ShouldBe("200 alive");
        // The caller has the last byte of an answer before the call ends, and the object with it.
        await Support.App.UntilAsync(() => Task.FromResult(Takes.Disposed == 2));
    }

    public sealed class Visit;

    public sealed record Order(string Item, decimal Amount);

    public sealed class Positive
    {
        public Positive(int number) => Number = number > 0 ? number : throw new ArgumentException("secret");

        public int Number { get; }
    }

    public enum Colour
    {
        Red,
        Blue,
    }

    public sealed class Takes(Visit visit) : IDisposable
    {
        private static int s_disposed;
        private bool _isDisposed;

        public static int Disposed => Volatile.Read(ref s_disposed);

        [FunctionName("Request")]
        public static async Task<string> RequestAsync([HttpTrigger(AuthorizationLevel.Function)] HttpRequest req)
        {
            using StreamReader reader = new(req.Body);
            return $"{req.Method} {req.Path}{req.QueryString} {await reader.ReadToEndAsync()}";
        }

        [FunctionName("Text")]
        public static string Text([HttpTrigger] string text) => text;

        [FunctionName("Bytes")]
        public static string Bytes([HttpTrigger("post")] byte[] bytes) => Convert.ToHexString(bytes);

        [FunctionName("Stream")]
        public static async Task<string> StreamAsync([HttpTrigger("post")] Stream body)
        {
            using StreamReader reader = new(body);
            return await reader.ReadToEndAsync();
        }

        [FunctionName("Message")]
        public static async Task<string> MessageAsync(
            [HttpTrigger("post", Route = "Message/{name}")] HttpRequestMessage req)
        {
            string more = req.Options.TryGetValue(new HttpRequestOptionsKey<HttpContext>("HttpContext"), out _)
                ? "HttpContext" : "nothing";
            return $"{req.Method} {req.RequestUri!.AbsoluteUri} {req.Version} "
                + $"X-One={string.Join(", ", req.Headers.GetValues("X-One"))} {req.Content!.Headers.ContentType} "
                + $"{req.Content.Headers.ContentLength} {await req.Content.ReadAsStringAsync()} {more}";
        }

        [FunctionName("Buy")]
        public static string Buy([HttpTrigger("post")] Order order) =>
            string.Create(CultureInfo.InvariantCulture, $"{order.Item} {order.Amount}");

        [FunctionName("MayBuy")]
        public static string MayBuy([HttpTrigger("post")] Order? order) => order?.Item ?? "nothing";

        [FunctionName("Element")]
        public static JsonElement Element([HttpTrigger("post")] JsonElement element) => element;

        [FunctionName("Strict")]
        public static int Strict([HttpTrigger("post")] Positive positive) => positive.Number;

        [FunctionName("Order")]
        public static string OneOrder(
            [HttpTrigger("get", Route = "orders/{id:int}/{item}/{colour?}")] HttpRequest _,
            int id, string item, Colour? colour) => $"{id} {item} {colour}";

        [FunctionName("Files")]
        public static string Files([HttpTrigger("get", Route = "files/{*path}")] HttpRequest _, string path) =>
            $"<{path}>";

        [FunctionName("Pages")]
        public static string Pages([HttpTrigger("get", Route = "pages/{page=1}")] HttpRequest _, int page) => $"{page}";

        [FunctionName("Number")]
        public static string Number([HttpTrigger("get")] HttpRequest _, int number) => $"{number}";

        [FunctionName("Many")]
        public static string Many(
            [HttpTrigger("get")] HttpRequest _, Guid? id, bool? yes, DateTime? when, decimal? price,
            Colour? colour, int last = 9) => string.Create(
            CultureInfo.InvariantCulture,
            $"{Or(id)}/{Or(yes)}/{when?.ToString("O") ?? "none"}/{Or(price)}/{Or(colour)}/{last}");

        [FunctionName("Given")]
        public static string Given(
            [HttpTrigger("get")] HttpRequest request, [DurableClient] IDurableClient client,
            [DurableClient] IDurableOrchestrationClient same, ILogger log, CancellationToken token,
            ClaimsPrincipal user, Visit one, [FromKeyedServices("second")] Visit other)
        {
            log.LogInformation("called");
            return $"{client == same} {token == request.HttpContext.RequestAborted} "
                + $"{user.Identity?.IsAuthenticated ?? false} "
                + $"{one == request.HttpContext.RequestServices.GetRequiredService<Visit>()} {one != other}";
        }

        [FunctionName("OnObject")]
        public IResult OnObject([HttpTrigger("get")] HttpRequest request) => Results.Stream(async body =>
        {
            // Runs after the method has returned, while its result is written.
            await Task.Yield();
            bool isOwn = visit == request.HttpContext.RequestServices.GetRequiredService<Visit>();
            await body.WriteAsync(Encoding.UTF8.GetBytes(_isDisposed ? "gone" : isOwn ? "alive" : "another scope"));
        });

        public void Dispose()
        {
            _isDisposed = true;
            Interlocked.Increment(ref s_disposed);
        }

        private static string Or<T>(T? value)
            where T : struct => Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } t ? t : "none";
    }
}
