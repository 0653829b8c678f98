namespace Perdure.Runtime;

/// <summary>
/// Waits with a bound that come back to the context of the caller. <c>WaitAsync</c> on a source that continues
/// asynchronously is completed by the thread pool; behind an async method it is completed where that method continues.
/// </summary>
internal static class ContextWaits
{
    public static Task WaitHereAsync(this Task task, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled ? Here(task).WaitAsync(cancellationToken) : task;

    public static Task<T> WaitHereAsync<T>(this Task<T> task, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled ? Here(task).WaitAsync(cancellationToken) : task;

    public static Task<T> WaitHereAsync<T>(
        this Task<T> task, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        Here(task).WaitAsync(timeout, time, cancellationToken);

    public static Task WaitHereAsync(
        this Task task, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        Here(task).WaitAsync(timeout, time, cancellationToken);

    /// <summary>
    /// The task for somebody who waits for it again and again: it is continued once, however often a wait ends before.
    /// </summary>
    public static async Task Here(this Task task) => await task;

    /// <inheritdoc cref="Here(Task)"/>
    public static async Task<T> Here<T>(this Task<T> task) => await task;

    /// <summary>Whether the task ends in time; that it does not is expected, and throws nothing.</summary>
    /// <param name="here">A task of <see cref="Here(Task)"/>.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled before the task ended.</exception>
    public static async Task<bool> EndsWithinAsync(
        this Task here, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        await here.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(
            ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        if (!here.IsCompleted)
            cancellationToken.ThrowIfCancellationRequested();
        return here.IsCompleted;
    }
}
