using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Perdure.Http;

/// <summary>
/// An entry of the allow-list: a name, <c>*.</c> and a domain, an address or a network; a name or an address may have a
/// port.
/// </summary>
internal sealed class AllowedHost
{
    private readonly string? _name;
    private readonly string? _domain;
    private readonly IPNetwork? _network;
    private readonly int? _port;

    private AllowedHost(string? name, string? domain, IPNetwork? network, int? port) =>
        (_name, _domain, _network, _port) = (name, domain, network, port);

    /// <summary>Whether requests to this host and port may go to any address that is not forbidden.</summary>
    public bool AllowsName(string normal, int port) =>
        Fits(port) && (_name == normal || (_domain is not null && normal.EndsWith(_domain, StringComparison.Ordinal)));

    /// <summary>Whether requests may go to this address.</summary>
    public bool AllowsAddress(IPAddress plain, int port) => Fits(port) && _network?.Contains(plain) == true;

    /// <summary>Whether the entry names this host, be that a name or an address.</summary>
    public bool Allows(string normal, int port) => AllowsName(normal, port)
        || (IPAddress.TryParse(normal, out IPAddress? address) && AllowsAddress(AddressRanges.Plain(address), port));

    /// <summary>Reads an entry; the problem is the end of a sentence that begins with the entry.</summary>
    public static bool TryParse(
        string? entry, [NotNullWhen(true)] out AllowedHost? host, [NotNullWhen(false)] out string? problem)
    {
        (host, problem) = Parse(entry?.Trim() ?? "");
        return host is not null;
    }

    private static (AllowedHost?, string?) Parse(string entry)
    {
        int slash = entry.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            return IPNetwork.TryParse(entry, out IPNetwork network)
                && IPAddress.TryParse(entry.AsSpan(0, slash), out IPAddress? start)
                && start.Equals(network.BaseAddress)
                ? OfNetwork(network, null)
                : (null, "is no network; one is written like 10.0.0.0/8 or fd00::/8, with zeros after the prefix, and "
                    + "an address of a web page is given by its host only");
        }
        if (!SplitPort(entry, out string name, out int? port))
            return (null, "has a port that is no number from 1 to 65535");
        if (IPAddress.TryParse(name.Trim('[', ']'), out IPAddress? address))
        {
            IPAddress plain = AddressRanges.Plain(address);
            // "10.1" would be 10.0.0.1, which is not what a reader sees.
            if (!name.Contains(':', StringComparison.Ordinal) && plain.ToString() != name)
                return (null, $"is an address in a form that misleads; write {plain}");
            return OfNetwork(new IPNetwork(plain, plain.GetAddressBytes().Length * 8), port);
        }
        bool wild = name.StartsWith("*.", StringComparison.Ordinal);
        string normal = HostNames.Normal(wild ? name[2..] : name);
        if (Uri.CheckHostName(normal) != UriHostNameType.Dns)
            return (null, "is neither a host name, nor *.domain, an address or a network, with or without a port");
        if (HostNames.IsMetadata(normal))
            return (null, "is the name of a metadata service, which is refused always");
        return (wild ? new(null, $".{normal}", null, port) : new(normal, null, null, port), null);
    }

    private static (AllowedHost?, string?) OfNetwork(IPNetwork network, int? port) =>
        AddressRanges.IsForbidden(network)
            ? (null, "is link-local or belongs to the metadata services of clouds, which are refused always")
            : (new(null, null, network, port), null);

    /// <summary>An IPv6 address has several colons, and brackets before a port.</summary>
    private static bool SplitPort(string entry, out string name, out int? port)
    {
        (name, port) = (entry, null);
        int colon = entry.LastIndexOf(':');
        bool bracketed = entry.StartsWith('[');
        if (colon < 0 || (bracketed ? entry[colon - 1] != ']' : entry.IndexOf(':', StringComparison.Ordinal) != colon))
            return true;
        if (!int.TryParse(entry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            || number is < 1 or > 65535)
            return false;
        (name, port) = (entry[..colon], number);
        return true;
    }

    private bool Fits(int port) => _port is null || _port == port;
}
