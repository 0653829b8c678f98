using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Perdure.Http;
using Perdure.Tests.Http.Support;

namespace Perdure.Tests.Http;

/// <summary>Where calls may go: names, addresses, and what is connected to in the end.</summary>
public sealed class HttpGuardTests : IDisposable
{
    private readonly NamedHosts _hosts = new();
    private readonly RecordingConnector _connector = new();
    private readonly HttpCallOptions _options = new();
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();

    public HttpGuardTests() => (_options.Resolver, _options.Connector) = (_hosts, _connector);

    [Theory]
    [InlineData("8.8.8.8", AddressKind.Public)]
    [InlineData("172.15.255.255", AddressKind.Public)]
    [InlineData("172.32.0.0", AddressKind.Public)]
    [InlineData("100.63.255.255", AddressKind.Public)]
    [InlineData("223.255.255.255", AddressKind.Public)]
    [InlineData("2606:4700::1111", AddressKind.Public)]
    [InlineData("64:ff9b::8.8.8.8", AddressKind.Public)]
    [InlineData("::ffff:8.8.8.8", AddressKind.Public)]
    [InlineData("0.0.0.0", AddressKind.Restricted)]
    [InlineData("0.1.2.3", AddressKind.Restricted)]
    [InlineData("10.255.255.255", AddressKind.Restricted)]
    [InlineData("100.64.0.1", AddressKind.Restricted)]
    [InlineData("127.255.0.1", AddressKind.Restricted)]
    [InlineData("172.16.0.0", AddressKind.Restricted)]
    [InlineData("172.31.255.255", AddressKind.Restricted)]
    [InlineData("192.0.0.1", AddressKind.Restricted)]
    [InlineData("192.0.2.1", AddressKind.Restricted)]
    [InlineData("192.88.99.1", AddressKind.Restricted)]
    [InlineData("192.168.0.1", AddressKind.Restricted)]
    [InlineData("198.19.255.255", AddressKind.Restricted)]
    [InlineData("198.51.100.1", AddressKind.Restricted)]
    [InlineData("203.0.113.1", AddressKind.Restricted)]
    [InlineData("224.0.0.1", AddressKind.Restricted)]
    [InlineData("240.0.0.1", AddressKind.Restricted)]
    [InlineData("255.255.255.255", AddressKind.Restricted)]
    [InlineData("::", AddressKind.Restricted)]
    [InlineData("::1", AddressKind.Restricted)]
    [InlineData("::1%1", AddressKind.Restricted)]
    [InlineData("::8.8.8.8", AddressKind.Restricted)]
    [InlineData("::ffff:127.0.0.1", AddressKind.Restricted)]
    [InlineData("::ffff:0:10.0.0.1", AddressKind.Restricted)]
    [InlineData("64:ff9b::10.0.0.1", AddressKind.Restricted)]
    [InlineData("64:ff9b:1::8.8.8.8", AddressKind.Restricted)]
    [InlineData("100::1", AddressKind.Restricted)]
    [InlineData("2001::1", AddressKind.Restricted)]
    [InlineData("2001:2::1", AddressKind.Restricted)]
    [InlineData("2001:db8::1", AddressKind.Restricted)]
    [InlineData("2002:808:808::1", AddressKind.Restricted)]
    [InlineData("3fff::1", AddressKind.Restricted)]
    [InlineData("5f00::1", AddressKind.Restricted)]
    [InlineData("fc00::1", AddressKind.Restricted)]
    [InlineData("fdff:ffff::1", AddressKind.Restricted)]
    [InlineData("fec0::1", AddressKind.Restricted)]
    [InlineData("ff02::1", AddressKind.Restricted)]
    [InlineData("2606:4700::5efe:10.0.0.1", AddressKind.Restricted)]
    [InlineData("169.254.0.0", AddressKind.Forbidden)]
    [InlineData("169.254.169.254", AddressKind.Forbidden)]
    [InlineData("169.254.255.255", AddressKind.Forbidden)]
    [InlineData("168.63.129.16", AddressKind.Forbidden)]
    [InlineData("100.100.100.200", AddressKind.Forbidden)]
    [InlineData("192.0.0.192", AddressKind.Forbidden)]
    [InlineData("fe80::1", AddressKind.Forbidden)]
    [InlineData("fe80::1%2", AddressKind.Forbidden)]
    [InlineData("febf::1", AddressKind.Forbidden)]
    [InlineData("fd00:ec2::254", AddressKind.Forbidden)]
    [InlineData("fd20:ce::254", AddressKind.Forbidden)]
    [InlineData("::ffff:169.254.169.254", AddressKind.Forbidden)]
    [InlineData("::169.254.169.254", AddressKind.Forbidden)]
    [InlineData("::ffff:0:169.254.169.254", AddressKind.Forbidden)]
    [InlineData("64:ff9b::169.254.169.254", AddressKind.Forbidden)]
    [InlineData("64:ff9b:1::169.254.169.254", AddressKind.Forbidden)]
    [InlineData("2002:a9fe:a9fe::1", AddressKind.Forbidden)]
    [InlineData("2001:0:a9fe:a9fe::1", AddressKind.Forbidden)]
    [InlineData("2001:0:808:808::5601:5601", AddressKind.Forbidden)]
    [InlineData("2606:4700::200:5efe:169.254.169.254", AddressKind.Forbidden)]
    public void Every_address_is_known_for_what_it_is(string address, object kind) =>
        AddressRanges.Classify(IPAddress.Parse(address)).Kind.ShouldBe((AddressKind)kind);

    [Theory]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://127.1/")]
    [InlineData("http://127.0.0.1./")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://[0:0:0:0:0:ffff:7f00:1]/")]
    [InlineData("http://[fe80::1%25eth0]/")]
    [InlineData("http://LocalHost/")]
    [InlineData("http://localhost./")]
    [InlineData("http://１２７.０.０.１/")]
    [InlineData("http://MetaData.Google.Internal./computeMetadata/v1")]
    [InlineData("http://0/")]
    public async Task No_spelling_gets_past_the_guard(string uri)
    {
        // What a resolver makes of names that look like addresses.
        string[] names = ["localhost", "localhost.", "127.0.0.1.", "xn--8g7ccp.xn--7g7c.xn--7g7c.xn--8g7c"];
        foreach (string name in names)
            _hosts[name] = ["127.0.0.1"];
        _hosts["metadata.google.internal."] = ["8.8.8.8"];
        (await SendAsync(uri)).Message.ShouldStartWith("Durable HTTP does not call '");
        _connector.Connected.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_bad_address_refuses_the_host_and_the_message_says_what_to_do()
    {
        _hosts["mixed.example"] = ["8.8.8.8", "192.168.1.1"];
        (await SendAsync("http://mixed.example/")).Message.ShouldBe(
            "Durable HTTP does not call 'mixed.example', which has the address 192.168.1.1: it is private. To allow "
            + "it, add 'mixed.example' or the network to Perdure:Http:AllowedHosts.");
        _connector.Connected.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_checked_is_what_is_connected_to()
    {
        Queue<string> answers = new(["8.8.8.8", "127.0.0.1"]);
        _hosts.Names["rebinding.example"] = () => [answers.Dequeue()];
        await SendAsync("http://rebinding.example:81/");
        _connector.Connected.ShouldBe(["8.8.8.8:81"]);
        answers.Count.ShouldBe(1);
        (await SendAsync("http://rebinding.example:81/")).Message.ShouldContain("it is this machine");
        _connector.Connected.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Addresses_are_tried_one_after_the_other()
    {
        _hosts["three.example"] = ["2606:4700::1", "8.8.8.8", "9.9.9.9"];
        await SendAsync("http://three.example/");
        _connector.Connected.ShouldBe(["2606:4700::1:80", "8.8.8.8:80", "9.9.9.9:80"]);
    }

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.3:80", true)]
    [InlineData("10.1.2.3", "10.1.2.3:8080", false)]
    [InlineData("10.1.2.3", "10.0.0.0/8", true)]
    [InlineData("10.1.2.3", "10.2.0.0/16", false)]
    [InlineData("[::ffff:10.1.2.3]", "10.0.0.0/8", true)]
    [InlineData("[fd00::1]", "fd00::1", true)]
    [InlineData("[fd00::1]", "[fd00::1]:80", true)]
    [InlineData("[fd00::1]", "[fd00::1]:81", false)]
    [InlineData("[fd00::1]", "fd00::/8", true)]
    [InlineData("in.example", "in.example", true)]
    [InlineData("IN.example.", "In.Example.", true)]
    [InlineData("in.example", "in.example:80", true)]
    [InlineData("in.example", "in.example:443", false)]
    [InlineData("in.example", "*.example", true)]
    [InlineData("in.example", "*.in.example", false)]
    [InlineData("in.example", "n.example", false)]
    [InlineData("in.example", "192.168.0.0/16", true)]
    [InlineData("bücher.example", "BÜCHER.example", true)]
    [InlineData("bücher.example", "xn--bcher-kva.example", true)]
    public async Task The_allow_list_lets_in_what_it_names(string host, string entry, bool allowed)
    {
        foreach (string name in new[] { "in.example", "in.example.", "bücher.example", "xn--bcher-kva.example" })
            _hosts[name] = ["192.168.7.7"];
        _options.AllowedHosts.Add(entry);
        await SendAsync($"http://{host}/");
        _connector.Connected.Count.ShouldBe(allowed ? 1 : 0);
    }

    [Fact]
    public async Task Forbidden_addresses_are_refused_although_they_are_allowed()
    {
        _hosts["allowed.example"] = ["169.254.169.254"];
        _hosts["half.example"] = ["127.0.0.1", "fe80::1"];
        foreach (string entry in new[] { "allowed.example", "half.example", "0.0.0.0/0", "::/0" })
            _options.AllowedHosts.Add(entry);
        foreach (string host in new[]
        {
            "allowed.example", "half.example", "169.254.1.1", "[fe80::1]", "168.63.129.16", "[2002:a9fe:a9fe::]",
        })
            (await SendAsync($"http://{host}/")).Message.ShouldEndWith("which is refused always.");
        _connector.Connected.ShouldBeEmpty();
    }

    [Fact]
    public async Task Public_addresses_can_be_closed_as_well()
    {
        _options.AllowPublicAddresses = false;
        _options.AllowedHosts.Add("good.example");
        (_hosts["good.example"], _hosts["other.example"]) = (["8.8.8.8"], ["8.8.4.4"]);
        await SendAsync("http://good.example/");
        (await SendAsync("http://other.example/")).Message.ShouldContain("it is public. To allow it, add");
        _connector.Connected.ShouldBe(["8.8.8.8:80"]);
    }

    public void Dispose() => _services.Dispose();

    private async Task<HttpRequestException> SendAsync(string uri)
    {
        using HttpSender sender = new(_options, 1024, _services, TimeProvider.System, NullLogger.Instance);
        return await Should.ThrowAsync<HttpRequestException>(
            () => sender.SendAsync(new DurableHttpRequest(HttpMethod.Get, new Uri(uri)), CancellationToken.None));
    }

    /// <summary>Writes down where it was to connect to, and connects to nothing.</summary>
    private sealed class RecordingConnector : IHttpConnector
    {
        public List<string> Connected { get; } = [];

        public ValueTask<Stream> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
        {
            Connected.Add($"{address}:{port}");
            throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionRefused);
        }
    }
}
