using System.Net;
using Perdure.Http;
using Perdure.Tests.Http.Support;
using Perdure.Tests.Runtime.Support;
using static Perdure.Tests.Http.Support.WebServer;

namespace Perdure.Tests.Http;

public sealed class HttpRedirectTests() : HttpTests(Setup.Memory)
{
    [Theory]
    [InlineData(301, "POST", "GET")]
    [InlineData(302, "POST", "GET")]
    [InlineData(303, "PUT", "GET")]
    [InlineData(307, "POST", "POST")]
    [InlineData(308, "PUT", "PUT")]
    [InlineData(302, "PUT", "PUT")]
    [InlineData(303, "HEAD", "HEAD")]
    public async Task A_redirect_is_followed_as_browsers_do(int status, string method, string then)
    {
        Server.Answers(r => r.Line.Contains("/there") ? Say(200) : Say(status, "", "Location: there?q"));
        DurableHttpRequest request = new(new HttpMethod(method), Server.Uri("/a/b"), content: "body");
        request.Headers.Add("Authorization", "Basic kept");
        request.Headers.Add("Content-Type", "text/x");
        (await CallAsync(request)).ShouldBe("200 ");
        ReceivedRequest second = Server.Requests[1];
        second.Line.ShouldBe($"{then} /a/there?q HTTP/1.1");
        second["Authorization"].ShouldBe("Basic kept");
        second.Text.ShouldBe(then == method ? "body" : "");
        second["Content-Type"].ShouldBe(then == method ? "text/x" : null);
    }

    [Fact]
    public async Task Secrets_do_not_follow_a_redirect_to_another_origin_and_do_not_come_back()
    {
        await using WebServer other = new();
        other.Answers(_ => Say(307, "", $"Location: {Server.Uri("/back")}"));
        Server.Answers(r => r.Line.Contains("/back") ? Say(200, "back") : Say(307, "", $"Location: {other.Uri()}"));
        DurableHttpRequest request = new(HttpMethod.Get, Server.Uri());
        foreach (string secret in new[] { "Authorization", "Cookie", "X-Functions-Key", "X-Api-Key" })
            request.Headers.Add(secret, "secret");
        request.Headers.Add("X-Mine", "kept");
        (await CallAsync(request)).ShouldBe("200 back");
        Server.Requests[0].Headers.Count(h => h.Value == "secret").ShouldBe(4);
        foreach (ReceivedRequest elsewhere in new[] { other.Requests[0], Server.Requests[1] })
        {
            elsewhere.Headers.ShouldNotContain(h => h.Value == "secret");
            elsewhere["X-Mine"].ShouldBe("kept");
        }
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data", "it is link-local, which is refused always")]
    [InlineData("http://[fd00:ec2::254]/", "it is for the platform services of AWS, which is refused always")]
    [InlineData("http://metadata.google.internal/", "it is the metadata service of a cloud, which is refused always")]
    [InlineData("http://inside.example/", "'inside.example', which has the address 10.1.2.3: it is private")]
    [InlineData("http://2852039166/", "'169.254.169.254': it is link-local")]
    [InlineData("file:///etc/passwd", "The address has the scheme 'file'")]
    [InlineData("http://x@127.0.0.1/", "has a user name or a password before the '@'")]
    public async Task A_redirect_to_what_may_not_be_called_is_refused(string location, string because)
    {
        Hosts["inside.example"] = ["10.1.2.3"];
        Server.Answers(_ => Say(302, "", $"Location: {location}"));
        (await CallAsync(new(HttpMethod.Get, Server.Uri()))).ShouldContain(because);
    }

    [Fact]
    public async Task Ten_redirects_are_followed_and_no_more()
    {
        Server.Answers(r => Server.Requests.Count <= 10 ? Say(302, "", "Location: /") : Say(200, "there"));
        (await CallAsync(new(HttpMethod.Get, Server.Uri()))).ShouldBe("200 there");
        Server.Answers(_ => Say(302, "", "Location: /"));
        (await CallAsync(new(HttpMethod.Get, Server.Uri()))).ShouldBe(
            $"HttpRequestException : GET http://127.0.0.1:{Server.Port} failed: GET http://127.0.0.1:{Server.Port} was "
            + "redirected more than 10 times.");
    }

    [Fact]
    public async Task A_redirect_without_a_location_is_the_answer()
    {
        Server.Answers(_ => Say(302, "moved"));
        (await CallAsync(new(HttpMethod.Get, Server.Uri()))).ShouldBe("302 moved");
    }

    [Fact]
    public void Nothing_leads_from_https_to_http_and_other_ports_are_other_origins()
    {
        HttpHop hop = HttpHop.Of(new DurableHttpRequest(HttpMethod.Get, new Uri("https://example.com/")));
        hop.After(HttpStatusCode.Found, "http://example.com/").ShouldBeNull();
        hop.After(HttpStatusCode.Found, "https://EXAMPLE.com.:443/x")!.Trusted.ShouldBeTrue();
        hop.After(HttpStatusCode.Found, "https://example.com:444/x")!.Trusted.ShouldBeFalse();
        hop.After(HttpStatusCode.NotModified, "/x").ShouldBeNull();
        hop.After(HttpStatusCode.Created, "/x").ShouldBeNull();
    }
}
