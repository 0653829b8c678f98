using System.Net;

namespace Perdure.Http;

/// <summary>Finds the addresses of a host; a seam, so that tests can let a name lead anywhere.</summary>
internal interface IHttpResolver
{
    ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken);
}
