using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure.Cli.Hubs;
using Perdure.Hosting;

namespace Perdure.Cli.Instances;

/// <summary>
/// A host on a hub that has no code of its own: it asks what clients ask. Where other hosts serve the hub it leaves the
/// instances to them; where none does it carries out what is asked by itself.
/// </summary>
internal sealed class ServedHub : IAsyncDisposable
{
    private readonly IHost _host;

    private ServedHub(IHost host) => _host = host;

    public IDurableClient Client => _host.Services.GetRequiredService<IDurableClient>();

    private bool HasOthers => _host.Services.GetRequiredService<PerdureHost>().Node.Leases.HasOthers;

    /// <exception cref="PlaceException">There is no hub.</exception>
    public static async Task<ServedHub> OpenAsync(HubPlace place, CancellationToken cancellationToken)
    {
        ServedHub hub = await StartAsync(place, owns: !place.IsShared, cancellationToken);
        if (!place.IsShared || hub.HasOthers)
            return hub;
        await hub.DisposeAsync();
        return await StartAsync(place, owns: true, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static async Task<ServedHub> StartAsync(HubPlace place, bool owns, CancellationToken cancellationToken)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddPerdure(o =>
        {
            place.Configure(o);
            o.FunctionTypes.Add(owns ? typeof(Owner) : typeof(ServedHub));
            // Whoever looks at a hub does not clean it up.
            (o.Retention.Completed, o.Retention.Failed, o.Retention.Terminated) = (null, null, null);
            o.DeadLetters.Retention = null;
            o.Usage.Retention = null;
        });
        IHost host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch
        {
            host.Dispose();
            throw;
        }
        return new ServedHub(host);
    }

    /// <summary>A node without any function owns nothing.</summary>
    private static class Owner
    {
        [FunctionName("perdure-tool")]
        public static Task NothingAsync([ActivityTrigger] string? _) => Task.CompletedTask;
    }
}
