namespace Perdure;

/// <summary>
/// Looks at circuits, opens and closes them. It comes from the services. What it does is durable when the task has
/// completed, and all nodes follow within about a second.
/// </summary>
public interface ICircuitClient
{
    /// <summary>All circuits that functions of this host have, and those that have ever counted a failure.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The circuits, by name.</returns>
    Task<IReadOnlyList<Circuit>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>One circuit.</summary>
    /// <param name="name">Its name: that of a dependency, or <c>fn:</c> and the name of a function.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The circuit, or null when there is none of that name.</returns>
    Task<Circuit?> GetAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Opens it: its functions do not run until somebody lets them.</summary>
    /// <param name="name">The circuit.</param>
    /// <param name="by">Who wants it; for those who look later.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The circuit as it is then.</returns>
    /// <exception cref="ArgumentException">There is no such circuit.</exception>
    /// <exception cref="InvalidOperationException">It is open already.</exception>
    Task<Circuit> OpenAsync(
        string name, string? by = null, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Closes it: what was put aside while it tripped runs again first, then everything, little by little.
    /// </summary>
    /// <param name="name">The circuit.</param>
    /// <param name="by">Who wants it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The circuit as it is then.</returns>
    /// <exception cref="ArgumentException">There is no such circuit.</exception>
    /// <exception cref="InvalidOperationException">It is closed already.</exception>
    Task<Circuit> ResumeAsync(
        string name, string? by = null, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Lets one event after the other run, and closes it when enough have ended well.</summary>
    /// <param name="name">The circuit.</param>
    /// <param name="by">Who wants it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The circuit as it is then.</returns>
    /// <exception cref="ArgumentException">There is no such circuit.</exception>
    /// <exception cref="InvalidOperationException">It is not open.</exception>
    Task<Circuit> ProbeAsync(
        string name, string? by = null, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Opens it, and no rule closes it.</summary>
    /// <param name="name">The circuit.</param>
    /// <param name="by">Who wants it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The circuit as it is then.</returns>
    /// <exception cref="ArgumentException">There is no such circuit.</exception>
    /// <exception cref="InvalidOperationException">It is isolated already.</exception>
    Task<Circuit> IsolateAsync(
        string name, string? by = null, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Lets everything run and only counts, until somebody decides otherwise.</summary>
    /// <param name="name">The circuit.</param>
    /// <param name="by">Who wants it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The circuit as it is then.</returns>
    /// <exception cref="ArgumentException">There is no such circuit.</exception>
    /// <exception cref="InvalidOperationException">It monitors already.</exception>
    Task<Circuit> MonitorAsync(
        string name, string? by = null, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>What a restart link is about; it changes nothing.</summary>
    /// <param name="token">Of the link.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The circuit as it is now.</returns>
    /// <exception cref="ArgumentException">The link is not of this hub, or has run out.</exception>
    /// <exception cref="InvalidOperationException">The opening that it is for is over.</exception>
    Task<Circuit> ReadLinkAsync(string token, CancellationToken cancellationToken = default);

    /// <summary>Follows a restart link: the circuit lets one event after the other run. It can be done once.</summary>
    /// <param name="token">Of the link.</param>
    /// <param name="by">Who wants it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The circuit as it is then.</returns>
    /// <exception cref="ArgumentException">The link is not of this hub, or has run out.</exception>
    /// <exception cref="InvalidOperationException">The opening that it is for is over.</exception>
    Task<Circuit> FollowLinkAsync(
        string token, string? by = null, CancellationToken cancellationToken = default);
}
