using System.Net;
using System.Net.Sockets;

namespace Perdure.Http;

/// <summary>What durable HTTP does with an address.</summary>
internal enum AddressKind
{
    /// <summary>Anybody on the internet can be asked.</summary>
    Public,

    /// <summary>
    /// Only with an entry of the allow-list: this machine, the own network, and what is no single host.
    /// </summary>
    Restricted,

    /// <summary>Never: link-local addresses and those where a cloud hands out the machine's credentials.</summary>
    Forbidden,
}

/// <summary>
/// Tells public addresses from others, after the special-purpose registries of IANA (RFC 6890). An IPv6 address that
/// carries an IPv4 address is at least as restricted as the one that it carries, because a gateway may unpack it.
/// </summary>
internal static class AddressRanges
{
    private static readonly Range[] s_ranges =
    [
        new("169.254.0.0/16", AddressKind.Forbidden, "link-local"),
        new("168.63.129.16/32", AddressKind.Forbidden, "the platform address of Azure"),
        new("100.100.100.200/32", AddressKind.Forbidden, "the metadata address of Alibaba Cloud"),
        new("192.0.0.192/32", AddressKind.Forbidden, "a metadata address of Oracle Cloud"),
        new("fe80::/10", AddressKind.Forbidden, "link-local"),
        new("fd00:ec2::/32", AddressKind.Forbidden, "for the platform services of AWS"),
        new("fd20:ce::/32", AddressKind.Forbidden, "for the platform services of Google Cloud"),

        new("0.0.0.0/8", AddressKind.Restricted, "no address of a single host"),
        new("10.0.0.0/8", AddressKind.Restricted, "private"),
        new("100.64.0.0/10", AddressKind.Restricted, "shared by a carrier's customers"),
        new("127.0.0.0/8", AddressKind.Restricted, "this machine"),
        new("172.16.0.0/12", AddressKind.Restricted, "private"),
        new("192.0.0.0/24", AddressKind.Restricted, "reserved for protocols"),
        new("192.0.2.0/24", AddressKind.Restricted, "for documents"),
        new("192.88.99.0/24", AddressKind.Restricted, "a 6to4 relay"),
        new("192.168.0.0/16", AddressKind.Restricted, "private"),
        new("198.18.0.0/15", AddressKind.Restricted, "for benchmarks"),
        new("198.51.100.0/24", AddressKind.Restricted, "for documents"),
        new("203.0.113.0/24", AddressKind.Restricted, "for documents"),
        new("224.0.0.0/4", AddressKind.Restricted, "multicast"),
        new("240.0.0.0/4", AddressKind.Restricted, "reserved"),

        // DNS64 puts every IPv4 host of the world here, so what the address carries decides.
        new("64:ff9b::/96", AddressKind.Public, "an IPv4 address behind NAT64"),
        new("::1/128", AddressKind.Restricted, "this machine"),
        new("fc00::/7", AddressKind.Restricted, "private"),
        new("ff00::/8", AddressKind.Restricted, "multicast"),
        new("2001::/23", AddressKind.Restricted, "reserved for protocols, such as Teredo and benchmarks"),
        new("2001:db8::/32", AddressKind.Restricted, "for documents"),
        new("2002::/16", AddressKind.Restricted, "a 6to4 address"),
        new("3fff::/20", AddressKind.Restricted, "for documents"),
        new("2000::/3", AddressKind.Public, "public"),
        new("::/0", AddressKind.Restricted, "reserved"),
    ];

    /// <summary>What is done with it, and what it is, as in "it is private".</summary>
    public static (AddressKind Kind, string What) Classify(IPAddress address)
    {
        IPAddress plain = Plain(address);
        Range? range = Array.Find(s_ranges, r => r.Network.Contains(plain));
        (AddressKind Kind, string What) worst = (range?.Kind ?? AddressKind.Public, range?.What ?? "public");
        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
            return worst;
        foreach (IPAddress carried in Carried(plain.GetAddressBytes()))
        {
            (AddressKind kind, string what) = Classify(carried);
            if (kind > worst.Kind)
                worst = (kind, $"a form of {carried}, which is {what}");
        }
        return worst;
    }

    /// <summary>Whether every address of a network is forbidden anyway.</summary>
    public static bool IsForbidden(IPNetwork network) =>
        Array.Exists(s_ranges, r => r.Kind == AddressKind.Forbidden
            && r.Network.PrefixLength <= network.PrefixLength && r.Network.Contains(network.BaseAddress));

    /// <summary>An IPv4 address as such, also where it is written as an IPv6 one; without the zone.</summary>
    public static IPAddress Plain(IPAddress address) => address switch
    {
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4(),
        { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } => new IPAddress(address.GetAddressBytes()),
        _ => address,
    };

    private static IEnumerable<IPAddress> Carried(byte[] a)
    {
        bool zeros = a.AsSpan(0, 8).IndexOfAnyExcept((byte)0) < 0;
        bool compatible = zeros && a.AsSpan(8, 4).IndexOfAnyExcept((byte)0) < 0
            && a.AsSpan(12).IndexOfAnyExcept((byte)0) >= 0 && !(a[12] == 0 && a[13] == 0 && a[14] == 0 && a[15] == 1);
        bool translated = zeros && a[8] == 0xff && a[9] == 0xff && a[10] == 0 && a[11] == 0;
        // All of 64:ff9b::/16, the prefixes for local use included: which bytes they use is theirs to say, most often
        // the last ones.
        bool nat64 = a[0] == 0 && a[1] == 0x64 && a[2] == 0xff && a[3] == 0x9b;
        bool isatap = (a[8] & 0xfd) == 0 && a[9] == 0 && a[10] == 0x5e && a[11] == 0xfe;
        if (compatible || translated || nat64 || isatap)
            yield return new IPAddress(a.AsSpan(12));
        if (a[0] == 0x20 && a[1] == 0x02)
            yield return new IPAddress(a.AsSpan(2, 4));
        if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0 && a[3] == 0)
        {
            // Teredo: the server as it is, the client with its bits turned round.
            yield return new IPAddress(a.AsSpan(4, 4));
            yield return new IPAddress([(byte)~a[12], (byte)~a[13], (byte)~a[14], (byte)~a[15]]);
        }
    }

    private sealed class Range(string network, AddressKind kind, string what)
    {
        public IPNetwork Network { get; } = IPNetwork.Parse(network);

        public AddressKind Kind => kind;

        public string What => what;
    }
}
