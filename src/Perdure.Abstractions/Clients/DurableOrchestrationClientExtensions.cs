namespace Perdure;

/// <summary>What can be built from the members of <see cref="IDurableOrchestrationClient"/>.</summary>
public static class DurableOrchestrationClientExtensions
{
    private const int AtOnce = 64;

    private static readonly OrchestrationRuntimeStatus[] s_inFlight =
    [
        OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended,
    ];

    /// <summary>
    /// Terminates all orchestrations that fit a condition and have not ended: before a deployment that none of them
    /// would survive, say. <see cref="IDurableOrchestrationClient.CountInstancesAsync"/> tells beforehand how many
    /// they are.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="condition">
    /// Which ones. Its statuses, page size and continuation do not matter: all pages of what has not ended are gone
    /// through. What is started meanwhile may be met or not.
    /// </param>
    /// <param name="reason">Why; their outputs show it.</param>
    /// <param name="progress">Is told how many have been terminated so far; null for nobody.</param>
    /// <param name="cancellationToken">Stops it; what was terminated by then stays so.</param>
    /// <returns>How many were terminated; not those that ended by themselves meanwhile.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="client"/> or <paramref name="condition"/> is null.
    /// </exception>
    public static async Task<long> TerminateInstancesAsync(
        this IDurableOrchestrationClient client, OrchestrationStatusQueryCondition condition, string? reason = null,
        IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(condition);
        OrchestrationStatusQueryCondition page = new()
        {
            RuntimeStatus = s_inFlight,
            Name = condition.Name,
            Version = condition.Version,
            InstanceIdPrefix = condition.InstanceIdPrefix,
            CreatedTimeFrom = condition.CreatedTimeFrom,
            CreatedTimeTo = condition.CreatedTimeTo,
            Tag = condition.Tag,
            PageSize = 1000,
            ShowInput = false,
        };
        long terminated = 0;
        do
        {
            OrchestrationStatusQueryResult found = await client.ListInstancesAsync(page, cancellationToken);
            foreach (DurableOrchestrationStatus[] some in found.DurableOrchestrationState.Chunk(AtOnce))
            {
                bool[] done = await Task.WhenAll(
                    some.Select(s => TerminateAsync(client, s.InstanceId, reason, cancellationToken)));
                terminated += done.Count(d => d);
                progress?.Report(terminated);
            }
            page.ContinuationToken = found.ContinuationToken;
        }
        while (page.ContinuationToken is not null);
        return terminated;
    }

    private static async Task<bool> TerminateAsync(
        IDurableOrchestrationClient client, string instanceId, string? reason, CancellationToken cancellationToken)
    {
        try
        {
            await client.TerminateAsync(instanceId, reason, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // Unless it has ended or was purged since the page was read, something is wrong.
            DurableOrchestrationStatus? status =
                await client.GetStatusAsync(instanceId, showInput: false, cancellationToken: cancellationToken);
            if (status is null || !s_inFlight.Contains(status.RuntimeStatus))
                return false;
            throw;
        }
    }
}
