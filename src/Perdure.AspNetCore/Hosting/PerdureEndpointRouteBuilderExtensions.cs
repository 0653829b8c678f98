using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Perdure.AspNetCore.Hosting;
using Perdure.AspNetCore.Links;
using Perdure.AspNetCore.Management;
using Perdure.AspNetCore.Routing;
using Perdure.AspNetCore.Triggers;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves durable functions over HTTP.</summary>
public static class PerdureEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the functions with <c>[HttpTrigger]</c> below <c>/api</c>, the management API of the task hub below
    /// <c>/runtime/webhooks/durabletask</c>, health below <c>/healthz</c> and drain below <c>/admin/host</c>. Until
    /// keys or tokens are configured only this machine is served.
    /// </summary>
    /// <param name="endpoints">The routes of the application.</param>
    /// <param name="prefix">What stands before every route, such as <c>/orders</c>; nothing by default.</param>
    /// <returns>What was mapped, to add conditions such as a host name to.</returns>
    /// <exception cref="InvalidOperationException">There are no durable functions in the services.</exception>
    /// <exception cref="Perdure.FunctionDiscoveryException">Something is wrong with the functions.</exception>
    /// <example>
    /// <code>
    /// WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
    /// builder.Services.AddPerdure();
    /// WebApplication app = builder.Build();
    /// app.MapPerdure();
    /// app.Run();
    /// </code>
    /// </example>
    public static IEndpointConventionBuilder MapPerdure(this IEndpointRouteBuilder endpoints, string? prefix = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        PerdureHttp http = PerdureHttp.Of(endpoints.ServiceProvider);
        ManagementRouter router = new(ManagementRoutes.All);
        ManagementEndpoint endpoint = new(http, router);
        RouteGroupBuilder group = endpoints.MapGroup(prefix is null ? "" : "/" + prefix.Trim('/'));
        // One endpoint takes all methods and paths of the API, so that what does not exist is answered with 404 as
        // Durable Functions does, and ids are decoded in one place.
        group.Map(
            $"/{ManagementRoutes.ApiPath}/{{**rest}}",
            context => endpoint.InvokeAsync(
                context, ManagementRoutes.ApiPath, context.GetRouteValue("rest") as string ?? ""))
            .WithDisplayName("Perdure management API").WithMetadata(new ManagementMark());
        foreach (string path in router.Routes.Select(r => r.Pattern).Where(p => !IsOfApi(p)).Distinct())
            group.Map($"/{path}", context => endpoint.InvokeAsync(context, path, null))
                .WithDisplayName($"Perdure {path}");
        HttpFunctionRoutes.Map(group, http);
        return group;
    }

    private static bool IsOfApi(string pattern) =>
        pattern.StartsWith(ManagementRoutes.ApiPath, StringComparison.Ordinal);
}
