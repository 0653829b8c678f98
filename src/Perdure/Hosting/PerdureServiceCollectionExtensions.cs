using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Perdure;
using Perdure.Checks;
using Perdure.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds durable functions to a host.</summary>
public static class PerdureServiceCollectionExtensions
{
    /// <summary>
    /// Adds durable functions: the functions of the entry assembly, on an embedded hub in <c>perdure.db</c>, started
    /// and stopped with the host. <see cref="IDurableClient"/> comes from the services.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configure">Changes the options; it has the last word over the configuration section
    /// <c>Perdure</c>.</param>
    /// <returns>The same services.</returns>
    /// <example>
    /// <code>
    /// var builder = Host.CreateApplicationBuilder(args);
    /// builder.Services.AddPerdure();
    /// using var host = builder.Build();
    /// await host.StartAsync();
    /// var client = host.Services.GetRequiredService&lt;IDurableClient&gt;();
    /// string id = await client.StartNewAsync("HelloCities");
    /// </code>
    /// </example>
    public static IServiceCollection AddPerdure(
        this IServiceCollection services, Action<PerdureOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        CheckMode.Watch();
        OptionsBuilder<PerdureOptions> options = services.AddOptions<PerdureOptions>()
            .Configure<IServiceProvider>(
                (o, provider) => provider.GetService<IConfiguration>()?.GetSection("Perdure").Bind(o));
        if (configure is not null)
            options.Configure(configure);
        options.ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<PerdureOptions>, PerdureOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PerdureHost>();
        services.TryAddSingleton<IDurableClient>(s => s.GetRequiredService<PerdureHost>().Client);
        services.TryAddSingleton<IDurableOrchestrationClient>(s => s.GetRequiredService<IDurableClient>());
        services.TryAddSingleton<IDurableEntityClient>(s => s.GetRequiredService<IDurableClient>());
        services.TryAddSingleton<IQueueClient>(s => s.GetRequiredService<PerdureHost>().Queues);
        services.TryAddSingleton<IDeadLetterClient>(s => s.GetRequiredService<PerdureHost>().DeadLetters);
        services.TryAddSingleton<ICircuitClient>(s => s.GetRequiredService<PerdureHost>().Circuits);
        services.TryAddSingleton<IUsageClient>(s => s.GetRequiredService<PerdureHost>().Usage);
        services.TryAddSingleton<IStreamClient>(s => s.GetRequiredService<PerdureHost>().Streams);
        services.TryAddSingleton<ITimerClient>(s => s.GetRequiredService<PerdureHost>().Timers);
        services.TryAddSingleton<IStreamAdminClient>(s => s.GetRequiredService<PerdureHost>().StreamAdmin);
        services.AddHostedService(s => s.GetRequiredService<PerdureHost>());
        return services;
    }
}
