using System.Diagnostics.CodeAnalysis;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Runtime.Offers;

/// <summary>
/// What the activities of an execution are called with, read from its history. The offers of a wide fan-out are many
/// and ask for the same history, so the last ones are kept.
/// </summary>
internal sealed class ExecutionCalls(IStore store)
{
    private const int KeptMax = 8;

    private readonly Lock _gate = new();
    private readonly LinkedList<Calls> _kept = [];

    /// <summary>Null when the execution is over, or a task of the offer is not open any more.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    /// <exception cref="FormatException">The history cannot be read.</exception>
    public async Task<Calls?> OfAsync(OfferRow offer, CancellationToken cancellationToken)
    {
        if (TryKept(offer, out Calls? kept))
            return kept;
        InstanceRow? row = await store.ReadInstanceAsync(offer.Target, cancellationToken);
        if (row is null || row.Status.IsTerminal || new ExecutionKey(row.Key, row.Generation) != offer.Execution)
            return null;
        OrchestrationState state = OrchestrationState.Load(
            row, HistoryReader.ReadTurns(await store.ReadHistoryAsync(offer.Execution, cancellationToken)));
        Calls calls = new(
            offer.Execution, state.ExecutionId, state.TraceParent, state.LastAt,
            state.Open.All.OfType<HistoryEvent.TaskScheduled>().ToDictionary(c => c.Task))
        {
            Version = state.Version,
        };
        lock (_gate)
        {
            _kept.AddFirst(calls);
            if (_kept.Count > KeptMax)
                _kept.RemoveLast();
        }
        return calls;
    }

    private bool TryKept(OfferRow offer, [NotNullWhen(true)] out Calls? calls)
    {
        lock (_gate)
        {
            calls = _kept.FirstOrDefault(
                c => c.Execution == offer.Execution && offer.Tasks.All(c.ByTask.ContainsKey));
            return calls is not null;
        }
    }
}

/// <summary>The open activities of an execution at some time.</summary>
internal sealed record Calls(
    ExecutionKey Execution, string ExecutionId, string? TraceParent, long At,
    IReadOnlyDictionary<int, HistoryEvent.TaskScheduled> ByTask)
{
    /// <summary>The version of the instance.</summary>
    public string? Version { get; init; }
}
