using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Perdure.AspNetCore.Security;

/// <summary>
/// Whom a host serves that has been told of no keys and no tokens: programs of its own machine, through a listener that
/// no other machine can reach. A proxy on the same machine makes everybody look local, so its traces are refused; a
/// browser can be made to ask by any page it shows, so the names that it sends must be those of this machine.
/// </summary>
internal sealed class LocalConnections(IServer? server)
{
    private const string Remedy =
        "Configure keys (Perdure:Http:Keys, see PerdureKey.Generate) or tokens (Perdure:Http:Jwt), or listen on "
        + "loopback only.";

    private static readonly string[] s_proxyHeaders =
    [
        "Forwarded", "Via", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
        "X-Forwarded-Prefix", "X-Forwarded-Port", "X-Original-For", "X-Original-Host", "X-Original-Proto",
    ];

    /// <summary>Why a request is not served; null when it is.</summary>
    public string? Problem(HttpContext context)
    {
        ConnectionInfo connection = context.Connection;
        if (!IsLoopback(connection.RemoteIpAddress) || !IsLoopback(connection.LocalIpAddress))
            return $"No keys and no tokens are configured, so only this machine is served. {Remedy}";
        if (!IsBoundToLoopback(connection.LocalPort))
            return $"No keys and no tokens are configured, and the listener of port {connection.LocalPort} can be "
                + $"reached by other machines, so nobody is served. {Remedy}";
        IHeaderDictionary headers = context.Request.Headers;
        if (headers.Keys.FirstOrDefault(IsOfProxy) is { } header)
            return $"The request has the header '{header}': it came through a proxy, behind which everybody looks "
                + $"local. {Remedy}";
        if (!IsLocalName(context.Request.Host.Host))
            return $"The host '{Shown(context.Request.Host.Value)}' is not a name of this machine. Use localhost or "
                + $"127.0.0.1. {Remedy}";
        return BrowserProblem(headers);
    }

    private static string? BrowserProblem(IHeaderDictionary headers)
    {
        StringValues origins = headers[HeaderNames.Origin];
        foreach (string? origin in origins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) || !IsLocalName(uri.Host))
                return $"The page '{Shown(origin)}' may not use this API. {Remedy}";
        }
        return headers["Sec-Fetch-Site"] == "cross-site" && origins.Count == 0
            ? $"A page of another site may not use this API. {Remedy}"
            : null;
    }

    private static bool IsOfProxy(string header) =>
        s_proxyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase)
        || header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Only if the server says so: what it says nothing about may be reached by anybody.</summary>
    private bool IsBoundToLoopback(int port)
    {
        bool found = false;
        foreach (string text in server?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            BindingAddress address = BindingAddress.Parse(text);
            if (address.Port != port)
                continue;
            found = true;
            if (!IsLocalName(address.Host))
                return false;
        }
        return found;
    }

    private static bool IsLocalName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    private static bool IsLoopback(IPAddress? address) => address is not null && IPAddress.IsLoopback(address);

    private static string Shown(string? text) => text is { Length: > 100 } ? text[..100] : text ?? "";
}
