using System.Net;

namespace Perdure.Http;

/// <summary>Asks the resolver of the machine.</summary>
internal sealed class SystemResolver : IHttpResolver
{
    public async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        await Dns.GetHostAddressesAsync(host, cancellationToken);
}
