using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using Perdure.Core.History;
using Perdure.Hosting;
using Perdure.Http;
using Perdure.Json;

namespace Perdure.Tests.Http;

/// <summary>The types that authors type, their JSON, and the options.</summary>
public sealed class HttpTypesTests
{
    private static readonly PayloadPlace s_place = new(PayloadRole.ActivityInput, "test");

    private readonly PayloadSerializer _serializer = new();

    [Fact]
    public void A_request_has_the_defaults_of_durable_functions()
    {
        DurableHttpRequest request = new(HttpMethod.Get, new Uri("https://example.com/"));
        request.Headers.ShouldBeEmpty();
        request.Content.ShouldBeNull();
        request.TokenSource.ShouldBeNull();
        request.AsynchronousPatternEnabled.ShouldBeTrue();
        request.Timeout.ShouldBeNull();
        request.HttpRetryOptions.ShouldBeNull();
        HttpRetryOptions retries = new(TimeSpan.FromSeconds(1), 2);
        (retries.BackoffCoefficient, retries.MaxRetryInterval, retries.RetryTimeout).ShouldBe(
            (1, TimeSpan.FromDays(6), TimeSpan.MaxValue));
        retries.StatusCodesToRetry.ShouldBeEmpty();
        Should.Throw<ArgumentNullException>(() => new DurableHttpRequest(null!, request.Uri));
        Should.Throw<ArgumentNullException>(() => new DurableHttpRequest(HttpMethod.Get, null!));
        Should.Throw<ArgumentException>(() => new HttpRetryOptions(TimeSpan.Zero, 1));
        Should.Throw<ArgumentNullException>(() => retries.StatusCodesToRetry = null!);
        Should.Throw<ArgumentException>(() => new ManagedIdentityTokenSource(" "));
        Should.Throw<ArgumentException>(() => new CustomTokenSource(ManagedIdentityTokenSource.Kind, "r"));
        Should.Throw<NotSupportedException>(() => { _ = new ManagedIdentityTokenSource("r").GetTokenAsync(); });
    }

    [Fact]
    public void A_request_is_the_same_after_its_json()
    {
        DurableHttpRequest request = new(
            new HttpMethod("REPORT"), new Uri("HTTPS://Example.com:443/%7b?q=ü"),
            new Dictionary<string, StringValues>
            {
                ["a"] = "one", ["B"] = new([ "1", "2,3", "" ]), ["A-none"] = StringValues.Empty, ["Ü?"] = "as it is",
            },
            "<\u2028\"ü😀", new CustomTokenSource("k", "r", new Dictionary<string, string> { ["x"] = "y" }),
            false, TimeSpan.FromSeconds(1.5), new HttpRetryOptions(TimeSpan.FromSeconds(2), 3)
            {
                BackoffCoefficient = 1.5, StatusCodesToRetry = [HttpStatusCode.BadGateway, (HttpStatusCode)599],
            })
        {
            SecretHeaders = new Dictionary<string, string> { ["X-Key"] = "name" },
        };
        Payload json = _serializer.Serialize(request, s_place);
        DurableHttpRequest read = _serializer.Deserialize<DurableHttpRequest>(json, s_place);
        _serializer.Serialize(read, s_place).ToString().ShouldBe(json.ToString());
        read.Method.ShouldBe(request.Method);
        read.Uri.OriginalString.ShouldBe(request.Uri.OriginalString);
        read.Headers["b"].ToArray().ShouldBe(["1", "2,3", ""]);
        read.Headers["a-NONE"].Count.ShouldBe(0);
        read.Content.ShouldBe(request.Content);
        read.TokenSource.ShouldBeOfType<CustomTokenSource>().Options["x"].ShouldBe("y");
        read.AsynchronousPatternEnabled.ShouldBeFalse();
        read.Timeout.ShouldBe(request.Timeout);
        read.HttpRetryOptions!.StatusCodesToRetry.ShouldBe(request.HttpRetryOptions!.StatusCodesToRetry);
        read.SecretHeaders["x-key"].ShouldBe("name");
    }

    [Fact]
    public void A_request_is_read_from_the_json_that_durable_functions_writes()
    {
        DurableHttpRequest read = Read("""
            {"Method":"post","Uri":"https://example.com/","Headers":{"Accept":["a","b"],"accept":"c","x":null},
             "tokenSource":{"kind":"AzureManagedIdentity","resource":"r","more":{},
                            "options":{"authorityhost":"https://a/","tenantid":"t"}}}
            """);
        read.Method.ShouldBe(HttpMethod.Post);
        read.Headers["ACCEPT"].ToArray().ShouldBe(["a", "b", "c"]);
        read.AsynchronousPatternEnabled.ShouldBeTrue();
        ManagedIdentityTokenSource source = read.TokenSource.ShouldBeOfType<ManagedIdentityTokenSource>();
        (source.Resource, source.Options!.AuthorityHost, source.Options.TenantId)
            .ShouldBe(("r", new Uri("https://a/"), "t"));
    }

    [Theory]
    [InlineData("""{"uri":"https://a/"}""")]
    [InlineData("""{"method":"GET"}""")]
    [InlineData("""{"method":"G T","uri":"https://a/"}""")]
    [InlineData("""{"method":1,"uri":"https://a/"}""")]
    [InlineData("""{"method":"GET","uri":"https://a/","headers":[]}""")]
    [InlineData("""{"method":"GET","uri":"https://a/","headers":{"a":{}}}""")]
    [InlineData("""{"method":"GET","uri":"https://a/","headers":{"a":[1]}}""")]
    [InlineData("""{"method":"GET","uri":"https://a/","tokenSource":{"kind":"k"}}""")]
    [InlineData("""{"method":"GET","uri":"https://a/","tokenSource":"k"}""")]
    [InlineData("""{"method":"GET","uri":"https://a/","httpRetryOptions":{"FirstRetryInterval":"00:00:00"}}""")]
    public void What_is_no_request_is_an_error_with_a_text(string json) =>
        Should.Throw<PayloadException>(() => Read(json)).Message.ShouldStartWith("Cannot read the input");

    [Fact]
    public void An_answer_is_the_same_after_its_json()
    {
        DurableHttpResponse answer = new((HttpStatusCode)299, new Dictionary<string, StringValues> { ["A"] = "b" }, "");
        DurableHttpResponse read = JsonSerializer.Deserialize<DurableHttpResponse>(JsonSerializer.Serialize(answer))!;
        ((int)read.StatusCode, read.Headers["a"].ToString(), read.Content).ShouldBe((299, "b", ""));
    }

    [Fact]
    public void The_options_come_from_the_configuration_and_are_valid_as_they_are()
    {
        PerdureOptions options = new();
        Problems(options).ShouldBeEmpty();
        (options.Http.Timeout, options.Http.PollInterval, options.Http.AllowPublicAddresses).ShouldBe(
            (TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(30), true));
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Http:AllowedHosts:0"] = "localhost:8080", ["Http:AllowedHosts:1"] = "10.0.0.0/8",
            ["Http:PollInterval"] = "00:00:05", ["Http:Timeout"] = "00:00:07", ["Http:AllowPublicAddresses"] = "false",
            ["Http:Secrets:pay:Value"] = "v", ["Http:Secrets:pay:Hosts:0"] = "pay.example",
        }).Build().Bind(options);
        options.Http.AllowedHosts.ShouldBe(["localhost:8080", "10.0.0.0/8"]);
        options.Http.PollInterval.ShouldBe(TimeSpan.FromSeconds(5));
        options.Http.Secrets["PAY"].Hosts.ShouldBe(["pay.example"]);
        Problems(options).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("", "is neither a host name")]
    [InlineData("https://example.com", "is no network")]
    [InlineData("example.com/path", "is no network")]
    [InlineData("10.1.2.3/8", "is no network")]
    [InlineData("10.1", "is an address in a form that misleads; write 10.0.0.1")]
    [InlineData("0x7f.0.0.1", "is an address in a form that misleads; write 127.0.0.1")]
    [InlineData("example.com:0", "has a port that is no number from 1 to 65535")]
    [InlineData("example.com:http", "has a port that is no number from 1 to 65535")]
    [InlineData("*", "is neither a host name")]
    [InlineData("a.*.example", "is neither a host name")]
    [InlineData("169.254.169.254", "is link-local or belongs to the metadata services of clouds")]
    [InlineData("169.254.0.0/24", "is link-local or belongs to the metadata services of clouds")]
    [InlineData("[fe80::1]:80", "is link-local or belongs to the metadata services of clouds")]
    [InlineData("fe80::/64", "is link-local or belongs to the metadata services of clouds")]
    [InlineData("Metadata.Google.Internal.", "is the name of a metadata service")]
    public void An_entry_of_the_allow_list_that_says_nothing_useful_is_refused_at_start(string entry, string because)
    {
        PerdureOptions options = new();
        options.Http.AllowedHosts.Add(entry);
        Problems(options).ShouldHaveSingleItem().ShouldStartWith($"Perdure:Http:AllowedHosts: '{entry}' {because}");
    }

    [Fact]
    public void Options_out_of_range_are_told_all_at_once_and_without_secrets()
    {
        PerdureOptions options = new();
        options.Http.Timeout = TimeSpan.Zero;
        options.Http.PollInterval = TimeSpan.FromDays(2);
        options.Http.Secrets.Add("a", new HttpSecretOptions { Value = "line\nbreak" });
        Problems(options).ShouldBe(
            [
                "Perdure:Http:Timeout is 00:00:00; it is from 00:00:00.0010000 to 24 hours.",
                "Perdure:Http:PollInterval is 2.00:00:00; it is from 00:00:01 to 24 hours.",
                "Perdure:Http:Secrets:a:Value is empty, or has line breaks; it is the value of a header.",
                "Perdure:Http:Secrets:a:Hosts is empty; it names the hosts that the secret may go to.",
            ]);
    }

    [Theory]
    [InlineData("X", "tab\tis fine", true)]
    [InlineData("X", "", true)]
    [InlineData("X-Ü", "a", false)]
    [InlineData("", "a", false)]
    [InlineData("a b", "a", false)]
    [InlineData("X", "a\nb", false)]
    [InlineData("X", "a\rb", false)]
    [InlineData("X", "a\0b", false)]
    [InlineData("X", "a\u007fb", false)]
    public void A_header_that_could_become_two_is_no_header(string name, string value, bool fine)
    {
        DurableHttpRequest request = new(HttpMethod.Get, new Uri("https://example.com/"));
        request.Headers.Add(name, value);
        (HttpRequests.Problem(request) is null).ShouldBe(fine);
    }

    private DurableHttpRequest Read(string json) =>
        _serializer.Deserialize<DurableHttpRequest>(Payload.Of(json), s_place);

    private static IEnumerable<string> Problems(PerdureOptions options) =>
        new PerdureOptionsValidator().Validate(null, options).Failures ?? [];
}
