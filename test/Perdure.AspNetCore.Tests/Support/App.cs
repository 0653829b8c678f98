using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Perdure.AspNetCore.Tests.Support;

/// <summary>A real web host on a free port of this machine, with its hub in memory.</summary>
internal sealed class App : IAsyncDisposable
{
    private readonly WebApplication _app;

    private App(WebApplication app)
    {
        _app = app;
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        Http = new HttpClient { BaseAddress = new Uri(address) };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public IDurableClient Client => Services.GetRequiredService<IDurableClient>();

    public static async Task<App> StartAsync(
        Action<PerdureHttpOptions>? configure = null, Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null, string listen = "http://127.0.0.1:0")
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(listen);
        builder.Services.AddRoutingCore();
        builder.Services.AddPerdure(o => o.UseMemory().FunctionTypes.Add(typeof(Functions)));
        builder.Services.AddPerdureHttp(configure);
        services?.Invoke(builder.Services);
        WebApplication app = builder.Build();
        app.UseRouting();
        app.MapPerdure();
        map?.Invoke(app);
        await app.StartAsync();
        return new App(app);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
