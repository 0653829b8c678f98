using Perdure.Core.Messages;

namespace Perdure.Runtime;

/// <summary>A client's request on its way: answered once, when its outcome is durable or certain.</summary>
internal sealed class Request
{
    private readonly TaskCompletionSource<RequestOutcome> _source =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<RequestOutcome> Outcome => _source.Task;

    public bool IsAnswered => _source.Task.IsCompleted;

    public void Answer(RequestOutcome outcome) => _source.TrySetResult(outcome);

    public void Fail(Exception exception) => _source.TrySetException(exception);
}
