using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Perdure.AspNetCore.Security;

namespace Perdure.AspNetCore.Hosting;

/// <summary>The parts of the HTTP side of one host, put together once.</summary>
internal sealed class PerdureHttp
{
    // Keyed by the services of the host, so that MapPerdure() works with and without AddPerdureHttp().
    private static readonly ConditionalWeakTable<IServiceProvider, PerdureHttp> s_parts = [];

    private PerdureHttp(IServiceProvider services)
    {
        Options = OptionsOf(services);
        Access = new LocalOnly();
    }

    public PerdureHttpOptions Options { get; }

    public IAccessControl Access { get; }

    public static PerdureHttp Of(IServiceProvider services) =>
        s_parts.GetValue(services, static s => new PerdureHttp(s));

    private static PerdureHttpOptions OptionsOf(IServiceProvider services)
    {
        PerdureHttpOptions options = new();
        services.GetService<IConfiguration>()?.GetSection("Perdure:Http").Bind(options);
        foreach (IConfigureOptions<PerdureHttpOptions> configure in
            services.GetServices<IConfigureOptions<PerdureHttpOptions>>())
            configure.Configure(options);
        return options;
    }
}
