using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perdure.Json;

namespace Perdure.AspNetCore.Triggers;

/// <summary>
/// What an <see cref="IActionResult"/> needs to be executed. An application that has added MVC has all of it; for any
/// other one it is made here, because a function that returns <c>new OkObjectResult(…)</c> should simply work.
/// </summary>
internal sealed class ActionResultServices(IServiceProvider application)
{
    private readonly bool _hasOwn =
        application.GetService<IServiceProviderIsService>()?.IsService(typeof(IActionResultExecutor<ObjectResult>))
        == true;

    private readonly Lazy<IServiceProvider> _made = new(() => Make(application));

    /// <summary>The services of a request, with what is missing.</summary>
    public IServiceProvider For(IServiceProvider request) => _hasOwn ? request : new Completed(request, _made.Value);

    private static ServiceProvider Make(IServiceProvider application)
    {
        ServiceCollection services = new();
        services.AddSingleton(application.GetRequiredService<ILoggerFactory>());
        services.AddLogging();
        if (application.GetService<IWebHostEnvironment>() is { } environment)
            services.AddSingleton(environment);
        services.AddMvcCore().AddJsonOptions(o => Configure(o.JsonSerializerOptions));
        return services.BuildServiceProvider();
    }

    /// <summary>
    /// So that a value looks the same, whether it is returned by itself or in an <c>OkObjectResult</c>.
    /// </summary>
    private static void Configure(JsonSerializerOptions options)
    {
        options.IncludeFields = JsonContract.Options.IncludeFields;
        options.NumberHandling = JsonContract.Options.NumberHandling;
        options.Encoder = JsonContract.Options.Encoder;
        options.MaxDepth = JsonContract.Options.MaxDepth;
        foreach (System.Text.Json.Serialization.JsonConverter converter in JsonContract.Options.Converters)
            options.Converters.Add(converter);
    }

    private sealed class Completed(IServiceProvider first, IServiceProvider second) : IServiceProvider
    {
        public object? GetService(Type serviceType) => first.GetService(serviceType) ?? second.GetService(serviceType);
    }
}
