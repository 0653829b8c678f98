using Microsoft.AspNetCore.Routing;
using Perdure.AspNetCore.Hosting;
using Perdure.AspNetCore.Triggers;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves durable functions over HTTP.</summary>
public static class PerdureEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the functions with an HTTP trigger, the management API of the task hub, health and drain. Until keys or tokens are configured only this machine
    /// is served.
    /// </summary>
    /// <param name="endpoints">The routes of the application.</param>
    /// <param name="prefix">What stands before every route, such as <c>/orders</c>; nothing by default.</param>
    /// <returns>The same routes.</returns>
    public static IEndpointRouteBuilder MapPerdure(this IEndpointRouteBuilder endpoints, string? prefix = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        PerdureHttp.Of(endpoints.ServiceProvider);
        HttpFunctionRoutes.Map(endpoints, prefix);
        return endpoints;
    }
}
