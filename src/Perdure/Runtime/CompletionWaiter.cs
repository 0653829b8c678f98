using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>An instance at its end, as memory knew it.</summary>
internal sealed record EndedInstance(
    InstanceRow Row, Payload Input, HistoryEvent.ExecutionCompleted Completed,
    IReadOnlyDictionary<string, string>? Tags, long At);

/// <summary>Somebody who waits for the end of an instance.</summary>
internal sealed class CompletionWaiter(Partition partition, string id) : IDisposable
{
    private readonly TaskCompletionSource<EndedInstance?> _source =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id { get; } = id;

    /// <summary>
    /// The epoch of the partition from which on an end counts. What an earlier one committed may have happened before
    /// somebody else took the partition and started the instance anew, and be heard of only now.
    /// </summary>
    public required long Since { get; init; }

    /// <summary>
    /// Null when what memory knew of the instance was thrown away: it may have been what was never written, so whoever
    /// waits has to ask again.
    /// </summary>
    public Task<EndedInstance?> Ended => _source.Task;

    public void Complete(OrchestrationTurn turn) => _source.TrySetResult(
        new EndedInstance(turn.State.Row!, turn.State.Input.Detach(), turn.Completed!, turn.State.Tags, turn.At));

    public void Doubt() => _source.TrySetResult(null);

    public void Fail(Exception exception) => _source.TrySetException(exception);

    /// <summary>Whether whoever waited does so no more.</summary>
    public bool IsGivenUp { get; private set; }

    public void Dispose()
    {
        IsGivenUp = true;
        partition.StopWaiting(this);
    }
}
