using System.Net;

namespace Perdure.Http;

/// <summary>
/// Decides where durable HTTP calls may go: an address may come from outside, and must not lead to what only this
/// machine can reach. All addresses of a host are looked at, and one that may not be called refuses the host: which of
/// them would be used is chance.
/// </summary>
internal sealed class HttpGuard(IReadOnlyList<AllowedHost> allowed, bool allowsPublic)
{
    /// <summary>The guard that these options, which are valid, describe.</summary>
    public static HttpGuard Of(HttpCallOptions options) => new(
        [.. options.AllowedHosts.Select(entry =>
            AllowedHost.TryParse(entry, out AllowedHost? host, out string? problem)
                ? host
                : throw new ArgumentException($"Perdure:Http:AllowedHosts: '{entry}' {problem}.", nameof(options)))],
        options.AllowPublicAddresses);

    /// <summary>Before anything is resolved.</summary>
    /// <exception cref="HttpRefusedException">The name is never called.</exception>
    public void CheckName(string host)
    {
        if (HostNames.IsMetadata(HostNames.Normal(host)))
            throw new HttpRefusedException(
                $"Durable HTTP does not call '{host}': it is the metadata service of a cloud, which is refused "
                + "always.");
    }

    /// <summary>After the host was resolved.</summary>
    /// <exception cref="HttpRefusedException">At least one of the addresses may not be called.</exception>
    public void CheckAddresses(string host, int port, IReadOnlyList<IPAddress> addresses)
    {
        string normal = HostNames.Normal(host);
        bool byName = allowed.Any(entry => entry.AllowsName(normal, port));
        foreach (IPAddress address in addresses)
        {
            IPAddress plain = AddressRanges.Plain(address);
            (AddressKind kind, string what) = AddressRanges.Classify(plain);
            if (kind == AddressKind.Forbidden)
                throw new HttpRefusedException(
                    $"Durable HTTP does not call {Named(host, address)}: it is {what}, which is refused always.");
            if (byName || allowed.Any(entry => entry.AllowsAddress(plain, port)))
                continue;
            if (kind == AddressKind.Restricted || !allowsPublic)
                throw new HttpRefusedException(
                    $"Durable HTTP does not call {Named(host, address)}: it is {what}. To allow it, add "
                    + $"'{normal}' or the network to Perdure:Http:AllowedHosts.");
        }
    }

    private static string Named(string host, IPAddress address) =>
        HostNames.Normal(host) == address.ToString() ? $"'{host}'" : $"'{host}', which has the address {address}";
}
