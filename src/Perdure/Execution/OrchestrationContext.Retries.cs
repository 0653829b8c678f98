using Perdure.Core.Orchestrations;
using Perdure.Core.History;

namespace Perdure.Execution;

/// <summary>
/// Retry policies. They wait with durable timers, so nothing is held meanwhile and a restart changes nothing.
/// </summary>
internal sealed partial class OrchestrationContext
{
    public Task CallActivityWithRetryAsync(string functionName, RetryOptions retryOptions, object? input = null) =>
        CallActivityWithRetryAsync<Nothing>(functionName, retryOptions, input);

    public Task<TResult> CallActivityWithRetryAsync<TResult>(
        string functionName, RetryOptions retryOptions, object? input = null)
    {
        CheckTurn();
        ArgumentException.ThrowIfNullOrWhiteSpace(functionName);
        ArgumentNullException.ThrowIfNull(retryOptions);
        Payload payload = ActivityInput(functionName, input);
        int first = _nextTask;
        return RetryAsync(retryOptions, attempt => Schedule<TResult>(functionName, payload, attempt, first));
    }

    public Task CallSubOrchestratorWithRetryAsync(
        string functionName, RetryOptions retryOptions, string? instanceId, object? input) =>
        CallSubOrchestratorWithRetryAsync<Nothing>(functionName, retryOptions, instanceId, input);

    public Task<TResult> CallSubOrchestratorWithRetryAsync<TResult>(
        string functionName, RetryOptions retryOptions, string? instanceId, object? input)
    {
        CheckTurn();
        return RetryChildAsync<TResult>(functionName, retryOptions, new() { InstanceId = instanceId }, input);
    }

    private Task<TResult> RetryChildAsync<TResult>(
        string functionName, RetryOptions retryOptions, SubOrchestrationOptions options, object? input)
    {
        CheckChild(functionName, options.InstanceId);
        _section?.CheckChild(functionName);
        ArgumentNullException.ThrowIfNull(retryOptions);
        Payload payload = ChildInput(functionName, input);
        int first = _nextTask;
        return RetryAsync(retryOptions, _ => StartChild<TResult>(functionName, options, payload, first));
    }

    private async Task<T> RetryAsync<T>(RetryOptions options, Func<int, Task<T>> call)
    {
        DateTime started = _now;
        for (int attempt = 1; ; attempt++)
        {
            DateTime nextAttempt;
            try
            {
                return await call(attempt);
            }
            catch (FunctionFailedException e) when (MayRetry(options, attempt, e, started, out nextAttempt))
            {
            }
            await CreateTimer(nextAttempt);
        }
    }

    private bool MayRetry(
        RetryOptions options, int failedAttempts, FunctionFailedException e, DateTime started, out DateTime nextAttempt)
    {
        TimeSpan delay = Delay(options, failedAttempts - 1);
        nextAttempt = _now <= DateTime.MaxValue - delay ? _now + delay : DateTime.MaxValue;
        if (failedAttempts >= options.MaxNumberOfAttempts || FunctionFailures.IsFinal(e.Failure))
            return false;
        // The total time is checked by the time of the turn, before the wait: as Durable Functions does.
        // After a rewind a policy gets all its attempts once more, and so all its time.
        DateTime since = started > _rewoundAt ? started : _rewoundAt;
        if (options.RetryTimeout != TimeSpan.MaxValue && _now - since >= options.RetryTimeout)
            return false;
        try
        {
            return options.Handle(e);
        }
#pragma warning disable CA1031 // A predicate that throws has not said "retry": the caller gets the failure itself.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private static TimeSpan Delay(RetryOptions options, int failures)
    {
        double ticks = options.FirstRetryInterval.Ticks * Math.Pow(options.BackoffCoefficient, failures);
        return ticks < options.MaxRetryInterval.Ticks ? TimeSpan.FromTicks((long)ticks) : options.MaxRetryInterval;
    }
}
