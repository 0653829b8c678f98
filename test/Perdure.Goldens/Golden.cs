using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Goldens;

/// <summary>
/// A program whose histories are kept: those of every release must be replayed by the code of today, because hubs live
/// longer than releases.
/// </summary>
internal abstract class Golden
{
    public static IReadOnlyList<Golden> All { get; } =
    [
        new ApprovalsGolden(), new BankGolden(), new EveryKindGolden(), new HelloCitiesGolden(), new OrdersGolden(),
        new TravelBookingGolden(),
    ];

    /// <summary>Also of the folder.</summary>
    public abstract string Name { get; }

    public abstract Type[] Functions { get; }

    /// <summary>Runs the program and writes its instances, ended ones and others in the middle, as they are.</summary>
    public abstract Task RecordAsync(string folder);

    public ReplayChecker Checker() => ReplayChecker.Of(Functions).ConfigureServices(Add).Configure(Configure);

    protected virtual void Add(IServiceCollection services)
    {
    }

    protected virtual void Configure(PerdureOptions options)
    {
    }

    protected Task<TestHub> StartAsync(Action<TestHubBuilder>? configure = null) => TestHub.StartAsync(builder =>
    {
        builder.AddFunctions(Functions).ConfigureServices(Add).Configure(Configure);
        configure?.Invoke(builder);
    });
}
