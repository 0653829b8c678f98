using Perdure.Core.History;
using Perdure.Json;

namespace Perdure.Execution;

/// <summary>
/// A durable task that the code may await: what resolves it is an event, its type is what the code asked for.
/// </summary>
internal abstract class PendingTask(PayloadPlace place)
{
    /// <summary>What is waited for, for errors.</summary>
    public PayloadPlace Place { get; } = place;

    /// <summary>Why what was stored could not be read as what the code asked for; null if it could.</summary>
    public PayloadException? Unreadable { get; protected set; }

    public abstract void Complete(Payload result, PayloadSerializer serializer);

    public abstract void Fail(Exception exception);

    public abstract void Cancel(CancellationToken cancellationToken);
}

internal sealed class PendingTask<T>(PayloadPlace place) : PendingTask(place)
{
    // Without RunContinuationsAsynchronously on purpose: see TurnContext.Resolve.
    private readonly TaskCompletionSource<T> _source = new();

    public Task<T> Task => _source.Task;

    public override void Complete(Payload result, PayloadSerializer serializer)
    {
        T value;
        try
        {
            value = typeof(T) == typeof(Nothing) ? default! : serializer.Deserialize<T>(result, Place);
        }
        catch (PayloadException e)
        {
            Unreadable = e;
            _source.TrySetException(e);
            return;
        }
        _source.TrySetResult(value);
    }

    public void Complete(T value) => _source.TrySetResult(value);

    public override void Fail(Exception exception) => _source.TrySetException(exception);

    public override void Cancel(CancellationToken cancellationToken) => _source.TrySetCanceled(cancellationToken);
}

/// <summary>What a call without a result is waiting with: the result is not even read.</summary>
internal readonly struct Nothing;
