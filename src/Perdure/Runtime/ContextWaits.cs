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

    private static async Task Here(Task task) => await task;

    private static async Task<T> Here<T>(Task<T> task) => await task;
}
