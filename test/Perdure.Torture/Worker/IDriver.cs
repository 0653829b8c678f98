using Perdure.Torture.Journals;

namespace Perdure.Torture.Worker;

/// <summary>The clients of a worker, as a load has them.</summary>
internal interface IDriver
{
    /// <summary>Completes when enough instances are open.</summary>
    TaskCompletionSource Loaded { get; }

    /// <summary>Takes up what the clients of earlier processes left open.</summary>
    Task GoOnAsync(ClientRecord past);

    Task RunAsync(CancellationToken stop);

    /// <summary>Ends everything that is open; what it returns is still open after <paramref name="within"/>.</summary>
    Task<IReadOnlyList<string>> CalmAsync(TimeSpan within, CancellationToken cancellationToken);
}
