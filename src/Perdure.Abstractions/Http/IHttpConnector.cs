using System.Net;

namespace Perdure.Http;

/// <summary>Opens a connection to an address that was checked; a seam, so that tests see which one it is.</summary>
internal interface IHttpConnector
{
    ValueTask<Stream> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken);
}
