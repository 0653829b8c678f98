using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;

namespace Perdure.Http;

/// <summary>
/// The connections of durable HTTP: resolve, check, and connect to the very address that was checked, so that a name
/// which means something else a moment later gains nothing. No proxy, no cookies, no redirects of its own.
/// </summary>
internal sealed class GuardedConnections(
    HttpGuard guard, IHttpResolver resolver, IHttpConnector connector, TimeProvider time)
{
    /// <summary>How long one of several addresses may take before the next one is tried.</summary>
    private static readonly TimeSpan s_timePerAddress = TimeSpan.FromSeconds(5);

    /// <summary>So that names which have moved are looked up again.</summary>
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(5);

    private const int AddressesMax = 16;

    /// <summary>The handler that makes requests over such connections; the caller disposes of it.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectCallback = (context, cancellationToken) =>
            ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken),
        PooledConnectionLifetime = s_lifetime,
        PreAuthenticate = false,
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        // Keeps every byte; HttpAnswers makes text of them.
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        UseCookies = false,
        UseProxy = false,
    };

    public async ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        guard.CheckName(host);
        IPAddress[] addresses = IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? literal)
            ? [literal]
            : await resolver.ResolveAsync(host, cancellationToken);
        if (addresses.Length == 0)
            throw new HttpRequestException(
                HttpRequestError.NameResolutionError, $"The host '{host}' has no address.");
        guard.CheckAddresses(host, port, addresses);

        int count = Math.Min(addresses.Length, AddressesMax);
        for (int i = 0; i < count - 1; i++)
        {
            if (await TryConnectAsync(addresses[i], port, cancellationToken) is { } stream)
                return stream;
        }
        // What the last one says is what the caller is told.
        return await connector.ConnectAsync(addresses[count - 1], port, cancellationToken);
    }

    private async ValueTask<Stream?> TryConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = new(s_timePerAddress, time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await connector.ConnectAsync(address, port, either.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }
}
