using System.Net;
using System.Text;
using Microsoft.Extensions.Primitives;
using Perdure.Http;
using Perdure.Tests.Http.Support;
using Perdure.Tests.Runtime.Support;
using static Perdure.Tests.Http.Support.WebServer;

namespace Perdure.Tests.Http;

/// <summary>What is sent, and what comes back.</summary>
public abstract class HttpCallTests(Setup setup) : HttpTests(setup)
{
    private static readonly string[] s_twice = ["one", "two, with a comma"];

    internal static class Sites
    {
        public static class Sample
        {
            // As the document about durable orchestrations prints it.
            [FunctionName("CheckSiteAvailable")]
            public static async Task CheckSiteAvailable(
                [OrchestrationTrigger] IDurableOrchestrationContext context)
            {
                Uri url = context.GetInput<Uri>();
                // Makes an HTTP GET request to the specified endpoint
                DurableHttpResponse response =
                    await context.CallHttpAsync(HttpMethod.Get, url);
                if ((int)response.StatusCode == 400)
                {
                    // handling of error codes goes here
                }
            }
        }
    }

    [Fact]
    public async Task The_sample_of_the_documents_runs_as_printed()
    {
        await Hub.StopAsync();
        Hub.Functions = [.. Hub.AllFunctions, typeof(Sites.Sample)];
        await Hub.StartAsync();
        string id = await Client.StartNewAsync("CheckSiteAvailable", new StartOptions(), Server.Uri("/up?now"));
        (await Hub.EndAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        ReceivedRequest request = Server.Requests.ShouldHaveSingleItem();
        request.Line.ShouldBe("GET /up?now HTTP/1.1");
        request["Host"].ShouldBe($"127.0.0.1:{Server.Port}");
        request["User-Agent"]!.ShouldStartWith("Perdure/");
        request["Content-Length"].ShouldBeNull();
        (await Hub.StatusAsync(id, true)).History!.ShouldContain(e => e.Name == HttpActivity.Name);
    }

    [Fact]
    public async Task A_request_is_sent_with_exactly_its_headers_and_content()
    {
        await CallAsync(new DurableHttpRequest(
            HttpMethod.Patch, Server.Uri("/%7Bkept%7D?q=%20a+b"), new Dictionary<string, StringValues>
            {
                ["X-Twice"] = s_twice,
                ["X-Words"] = "grüße 你好",
                ["content-type"] = "application/json; charset=utf-8",
                ["user-agent"] = "mine/1",
                ["Content-Length"] = "1",
            },
            "{\"a\":\"ü\u0001😀\"}"));
        ReceivedRequest request = Server.Requests.ShouldHaveSingleItem();
        request.Line.ShouldBe("PATCH /%7Bkept%7D?q=%20a+b HTTP/1.1");
        request["X-Twice"].ShouldBe("one, two, with a comma");
        Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(request["X-Words"]!)).ShouldBe("grüße 你好");
        request["Content-Type"].ShouldBe("application/json; charset=utf-8");
        request["User-Agent"].ShouldBe("mine/1");
        request.Text.ShouldBe("{\"a\":\"ü\u0001😀\"}");
        request.Headers.Count(h => h.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).ShouldBe(1);
    }

    [Theory]
    [InlineData(null, "grüße", "text/plain; charset=utf-8", "67-72-C3-BC-C3-9F-65")]
    [InlineData("application/x-www-form-urlencoded", "a=1&b=%20", "application/x-www-form-urlencoded",
        "61-3D-31-26-62-3D-25-32-30")]
    [InlineData("text/plain; charset=iso-8859-1", "grüße", "text/plain; charset=iso-8859-1", "67-72-FC-DF-65")]
    [InlineData("text/plain; charset=windows-1252", "€", "text/plain; charset=windows-1252", "80")]
    [InlineData("application/json", "", "application/json", "")]
    [InlineData(null, null, null, "")]
    public async Task Content_is_sent_in_the_charset_of_its_type(
        string? type, string? content, string? sentType, string sentBytes)
    {
        DurableHttpRequest request = new(HttpMethod.Post, Server.Uri(), content: content);
        if (type is not null)
            request.Headers.Add("Content-Type", type);
        await CallAsync(request);
        Server.Requests[0]["Content-Type"].ShouldBe(sentType);
        BitConverter.ToString(Server.Requests[0].Body).ShouldBe(sentBytes);
    }

    [Fact]
    public async Task An_answer_comes_back_with_exactly_its_headers_and_content()
    {
        Server.Answers(_ => Say(
            404, "größer 😀\n", "Set-Cookie: a=1; path=/", "Set-Cookie: b=2, c", "X-Empty:",
            "X-Words: gr\u00c3\u00bc\u00c3\u009fe", "X-Latin: gr\u00fcn", "Content-Type: text/plain;charset=\"UTF-8\"",
            "Content-Language: de", "Content-Language: fr", "Last-Modified: yesterday"));
        Code.Main = async c => await c.CallHttpAsync(HttpMethod.Get, Server.Uri());
        DurableHttpResponse answer = (await Hub.OutputAsync<DurableHttpResponse>(
            await Client.StartNewAsync("Main"))).ShouldNotBeNull();
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer.Content.ShouldBe("größer 😀\n");
        answer.Headers["set-cookie"].ToArray().ShouldBe(["a=1; path=/", "b=2, c"]);
        answer.Headers["X-Empty"].ToArray().ShouldBe([""]);
        answer.Headers["X-Words"].ToString().ShouldBe("grüße");
        answer.Headers["X-Latin"].ToString().ShouldBe("grün");
        answer.Headers["Content-Type"].ToString().ShouldBe("text/plain;charset=\"UTF-8\"");
        answer.Headers["Content-Language"].ToArray().ShouldBe(["de", "fr"]);
        answer.Headers["Last-Modified"].ToString().ShouldBe("yesterday");
    }

    [Theory]
    [InlineData("text/plain; charset=iso-8859-1", new byte[] { 0x67, 0xfc }, "gü")]
    [InlineData("text/plain; charset=windows-1252", new byte[] { 0x80 }, "€")]
    [InlineData("text/plain; charset=utf-16", new byte[] { 0x61, 0x00 }, "a")]
    [InlineData("text/plain; charset=nobody-knows", new byte[] { 0xc3, 0xbc }, "ü")]
    [InlineData("application/json", new byte[] { 0xef, 0xbb, 0xbf, 0x31 }, "1")]
    [InlineData("image/png", new byte[] { 0x61, 0xff }, "a\ufffd")]
    [InlineData("text/plain", new byte[0], "")]
    public async Task Content_is_read_in_the_charset_of_its_type(string type, byte[] body, string text)
    {
        Server.Answers(_ => Say(200, body, $"Content-Type: {type}"));
        (await CallAsync(new(HttpMethod.Get, Server.Uri()))).ShouldBe($"200 {text}");
    }

    [Fact]
    public async Task An_answer_without_a_length_ends_with_its_connection_and_one_in_chunks_is_put_together()
    {
        Server.Answers(r => r.Line.Contains("chunks")
            ? Encoding.ASCII.GetBytes(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
            : Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\n\r\nto the end"));
        (await CallAsync(new(HttpMethod.Get, Server.Uri()))).ShouldBe("200 to the end");
        (await CallAsync(new(HttpMethod.Get, Server.Uri("/chunks")))).ShouldBe("200 abc");
    }

    [Fact]
    public async Task An_answer_that_is_too_large_for_the_history_is_an_error_that_says_so()
    {
        await Hub.StopAsync();
        await Hub.StartAsync(o =>
        {
            Configure(o);
            o.MaxPayloadBytes = 2048;
        });
        string expected = $"HttpRequestException : The answer to GET http://127.0.0.1:{Server.Port} has more than 2048 "
            + "bytes, which is the limit (MaxPayloadBytes). Fetch it in an activity of your own, keep it elsewhere and "
            + "pass a reference.";
        Server.Answers(_ => Say(200, new string('a', 5000)));
        (await CallAsync(new(HttpMethod.Get, Server.Uri("/long")))).ShouldBe(expected);
        Server.Answers(_ => Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\n\r\n" + new string('a', 5000)));
        (await CallAsync(new(HttpMethod.Get, Server.Uri("/no-length")))).ShouldBe(expected);
        Server.Answers(_ => Say(200, new string('\u0001', 1000)));
        (await CallAsync(new(HttpMethod.Get, Server.Uri("/escapes")))).ShouldBe(expected);
        Server.Answers(_ => Say(200, new string('a', 1000)));
        (await CallAsync(new(HttpMethod.Get, Server.Uri("/fits")))).ShouldBe($"200 {new string('a', 1000)}");
    }

    [Fact]
    public async Task A_request_that_cannot_be_made_is_refused_by_the_line_that_makes_it()
    {
        (await CallAsync(new(HttpMethod.Get, new Uri("/relative", UriKind.Relative))))
            .ShouldStartWith("ArgumentException: The address is relative");
        (await CallAsync(new(HttpMethod.Get, new Uri("ftp://example.com/"))))
            .ShouldStartWith("ArgumentException: The address has the scheme 'ftp'");
        (await CallAsync(new(HttpMethod.Get, new Uri("https://user:word@example.com/"))))
            .ShouldStartWith("ArgumentException: The address of 'example.com' has a user name or a password");
        DurableHttpRequest multipart = new(HttpMethod.Post, Server.Uri(), content: "--x");
        multipart.Headers.Add("Content-Type", "Multipart/form-data; boundary=x");
        (await CallAsync(multipart)).ShouldStartWith(
            "ArgumentException: The Content-Type 'Multipart/form-data; boundary=x' is not supported");
        DurableHttpRequest split = new(HttpMethod.Get, Server.Uri());
        split.Headers.Add("X-A", "b\r\nX-C: d");
        (await CallAsync(split)).ShouldStartWith("ArgumentException: The header 'X-A' has a value with line breaks");
        (await CallAsync(null!)).ShouldStartWith("ArgumentNullException");
        Server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_activity_looks_at_what_it_is_given_as_well()
    {
        Code.Main = async c =>
        {
            try
            {
                return await c.CallActivityAsync<DurableHttpResponse>(HttpActivity.Name, c.GetInput<object>());
            }
            catch (FunctionFailedException e)
            {
                return e.Failure.ErrorMessage;
            }
        };
        string none = await Client.StartNewAsync("Main");
        (await Hub.OutputAsync<string>(none))!.ShouldContain("was called without a request");
        string file = await Client.StartNewAsync("Main", "file", new { method = "get", uri = "file:///etc/passwd" });
        (await Hub.OutputAsync<string>(file))!.ShouldContain("The address has the scheme 'file'");
    }
}

public sealed class HttpCallOnMemory() : HttpCallTests(Setup.Memory);
public sealed class HttpCallOnSqliteCold() : HttpCallTests(Setup.SqliteCold);
