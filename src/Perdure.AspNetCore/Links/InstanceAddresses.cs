using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Perdure.AspNetCore.Links;

/// <summary>Marks the endpoint of the management API, whose pattern says where it was mapped.</summary>
internal sealed class ManagementMark;

/// <summary>Makes the addresses under which an instance is managed.</summary>
internal sealed class InstanceAddresses(
    PerdureHttpOptions options, string taskHub, InstanceLinks links, EndpointDataSource endpoints, IServer? server)
{
    private string? _path;

    /// <summary>With the authority that a request came to.</summary>
    public HttpManagementPayload Of(string instanceId, HttpRequest request, bool failureIsError = false) =>
        Of(instanceId, RootOf(request) + request.PathBase.ToUriComponent(), failureIsError);

    public HttpManagementPayload Of(string instanceId, HttpRequestMessage request, bool failureIsError = false)
    {
        if (request.Options.TryGetValue(CheckStatusKeys.Context, out HttpContext? context))
            return Of(instanceId, context.Request, failureIsError);
        if (request.RequestUri is not { IsAbsoluteUri: true } uri)
            throw new InvalidOperationException(
                "The request has no absolute address, so the links of the answer cannot be made. Give it one, or pass "
                + "the HttpRequest.");
        return Of(
            instanceId, options.PublicUrl?.TrimEnd('/') ?? uri.GetLeftPart(UriPartial.Authority), failureIsError);
    }

    /// <summary>
    /// Without a request: with the public address of the options, or the first one that is listened on.
    /// </summary>
    public HttpManagementPayload Of(string instanceId)
    {
        string root = options.PublicUrl
            ?? server?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault(IsAnAddress)
            ?? throw new InvalidOperationException(
                "Outside a request it is not known how this host is reached. Set Perdure:Http:PublicUrl.");
        return Of(instanceId, root.TrimEnd('/'), false);
    }

    /// <summary>Scheme and authority: of the options, of the proxy if it is trusted, or of the request.</summary>
    public string RootOf(HttpRequest request)
    {
        if (options.PublicUrl is { } url)
            return url.TrimEnd('/');
        (string scheme, string host) = (request.Scheme, request.Host.ToUriComponent());
        if (options.UseForwardedHost)
        {
            host = First(request.Headers["X-Forwarded-Host"].ToString()) ?? host;
            scheme = First(request.Headers["X-Forwarded-Proto"].ToString()) is "https" or "http"
                ? First(request.Headers["X-Forwarded-Proto"].ToString())!
                : scheme;
        }
        // A host that is not one would make addresses that lead elsewhere than they seem to.
        return Uri.TryCreate($"{scheme}://{host}", UriKind.Absolute, out Uri? uri) && uri.AbsolutePath == "/"
            && uri.UserInfo.Length == 0 && uri.Query.Length == 0
            ? uri.GetLeftPart(UriPartial.Authority)
            : throw new BadHttpRequestException("The request does not say which host it is for.");
    }

    private HttpManagementPayload Of(string instanceId, string root, bool failureIsError)
    {
        string instance = $"{root}{PathOfApi()}/instances/{Uri.EscapeDataString(instanceId)}";
        string rest = $"taskHub={Uri.EscapeDataString(taskHub)}&connection=Storage&code={links.CodeFor(instanceId)}";
        return new HttpManagementPayload
        {
            Id = instanceId,
            StatusQueryGetUri =
                $"{instance}?{(failureIsError ? "returnInternalServerErrorOnFailure=true&" : "")}{rest}",
            SendEventPostUri = $"{instance}/raiseEvent/{{eventName}}?{rest}",
            TerminatePostUri = $"{instance}/terminate?reason={{text}}&{rest}",
            RewindPostUri = $"{instance}/rewind?reason={{text}}&{rest}",
            PurgeHistoryDeleteUri = $"{instance}?{rest}",
            RestartPostUri = $"{instance}/restart?{rest}",
            SuspendPostUri = $"{instance}/suspend?reason={{text}}&{rest}",
            ResumePostUri = $"{instance}/resume?reason={{text}}&{rest}",
        };
    }

    /// <summary>Where the API was mapped, with every group that it is in.</summary>
    private string PathOfApi()
    {
        if (_path is not null)
            return _path;
        RouteEndpoint endpoint = endpoints.Endpoints.OfType<RouteEndpoint>()
            .FirstOrDefault(e => e.Metadata.GetMetadata<ManagementMark>() is not null)
            ?? throw new InvalidOperationException("The management API is not mapped. Call app.MapPerdure() first.");
        string pattern = endpoint.RoutePattern.RawText!;
        string path = "/" + pattern[..pattern.LastIndexOf('/')].Trim('/');
        return _path = !path.Contains('{', StringComparison.Ordinal)
            ? path
            : throw new InvalidOperationException(
                $"The management API is mapped below '{path}', so its links cannot be made. Map it where no part of "
                + "the path changes.");
    }

    private static bool IsAnAddress(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https";

    private static string? First(string header) =>
        header.Split(',')[0].Trim() is { Length: > 0 } first ? first : null;
}
