using Perdure;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures durable functions over HTTP.</summary>
public static class PerdureHttpServiceCollectionExtensions
{
    /// <summary>
    /// Changes the options of what <c>MapPerdure</c> serves; it has the last word over the configuration section
    /// <c>Perdure:Http</c>.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configure">Changes the options.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddPerdureHttp(
        this IServiceCollection services, Action<PerdureHttpOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null)
            services.Configure(configure);
        return services;
    }
}
