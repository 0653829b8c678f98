namespace Perdure;

/// <summary>
/// Looks at the timers of the task hub, stops and runs them, from any of its nodes. It comes from the services. When a
/// task has completed, what was asked for is durable.
/// </summary>
public interface ITimerClient
{
    /// <summary>All timers of the hub, by name; also those whose functions are gone.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The timers.</returns>
    /// <exception cref="InvalidOperationException">The host has not started, or has stopped.</exception>
    Task<IReadOnlyList<TimerStatus>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>One timer.</summary>
    /// <param name="name">The name of its function, in any case.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The timer; null when there is none.</returns>
    /// <exception cref="InvalidOperationException">The host has not started, or has stopped.</exception>
    Task<TimerStatus?> GetAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Nothing begins by the schedule any more. What has begun comes to its end, with its retries. A timer that is
    /// paused stays so.
    /// </summary>
    /// <param name="name">The name of its function, in any case.</param>
    /// <param name="cancellationToken">Stops waiting; the timer may have been paused.</param>
    /// <returns>Completes when it is so.</returns>
    /// <exception cref="ArgumentException">No program of the hub has such a timer.</exception>
    /// <exception cref="InvalidOperationException">The host has not started, or is stopping.</exception>
    Task PauseAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Goes on with the first occurrence that comes now: what has passed meanwhile does not run. A timer that is not
    /// paused goes on as it is.
    /// </summary>
    /// <param name="name">The name of its function, in any case.</param>
    /// <param name="cancellationToken">Stops waiting; the timer may have been resumed.</param>
    /// <returns>Completes when it is so.</returns>
    /// <exception cref="ArgumentException">No program of the hub has such a timer.</exception>
    /// <exception cref="InvalidOperationException">The host has not started, or is stopping.</exception>
    Task ResumeAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Lets the function run once now, also when the timer is paused.</summary>
    /// <param name="name">The name of its function, in any case.</param>
    /// <param name="cancellationToken">Stops waiting; the function may run all the same.</param>
    /// <returns>The id of the occurrence, which is durable and will run.</returns>
    /// <exception cref="ArgumentException">No program of the hub has such a timer.</exception>
    /// <exception cref="InvalidOperationException">
    /// An occurrence runs, and the timer has <see cref="TimerOverlap.Skip"/>; or 100 wait; or the host has not started,
    /// or is stopping.
    /// </exception>
    Task<string> TriggerAsync(string name, CancellationToken cancellationToken = default);
}
