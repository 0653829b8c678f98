namespace Perdure.Tests.Functions;

/// <summary>Knows its hub and the last start that it was asked for.</summary>
internal sealed class StubClient : IDurableClient, DurableOrchestrationClient
{
    public (string Name, string? Id, object? Input, CancellationToken Token) Started { get; private set; }

    public string TaskHubName => "stub";

    public Task<string> StartNewAsync(
        string orchestratorFunctionName,
        StartOptions options,
        object? input,
        CancellationToken cancellationToken = default)
    {
        Started = (orchestratorFunctionName, options.InstanceId, input, cancellationToken);
        return Task.FromResult(options.InstanceId ?? "new");
    }

    public Task RaiseEventAsync(
        string instanceId, string eventName, object? eventData = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task TerminateAsync(string instanceId, string? reason, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task TerminateAsync(
        string instanceId, string? reason, bool recursive, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task SuspendAsync(string instanceId, string? reason, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task RewindAsync(string instanceId, string? reason, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task RewindToTurnAsync(
        string instanceId, int turn, string? reason = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task ResumeAsync(string instanceId, string? reason, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<PurgeHistoryResult> PurgeInstanceHistoryAsync(
        string instanceId, bool recursive, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<long> CountInstancesAsync(
        OrchestrationStatusQueryCondition condition, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<string?> ExplainAsync(string instanceId, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = true, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<DurableOrchestrationStatus?> GetStatusAsync(
        string instanceId,
        bool showHistory = false,
        bool showHistoryOutput = false,
        bool showInput = true,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IList<DurableOrchestrationStatus?>> GetStatusAsync(
        IEnumerable<string> instanceIds,
        bool showHistory = false,
        bool showHistoryOutput = false,
        bool showInput = true,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<DurableOrchestrationStatus> WaitForCompletionAsync(
        string instanceId, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<OrchestrationStatusQueryResult> ListInstancesAsync(
        OrchestrationStatusQueryCondition condition, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<PurgeHistoryResult> PurgeInstanceHistoryAsync(
        string instanceId, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<PurgeHistoryResult> PurgeInstanceHistoryAsync(
        IEnumerable<string> instanceIds, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<PurgeHistoryResult> PurgeInstanceHistoryAsync(
        DateTime createdTimeFrom,
        DateTime? createdTimeTo,
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task SignalEntityAsync(
        EntityId entityId,
        string operationName,
        object? operationInput = null,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task SignalEntityAsync(
        EntityId entityId,
        DateTime scheduledTimeUtc,
        string operationName,
        object? operationInput = null,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task SignalEntityAsync<TEntityInterface>(
        string entityKey, Action<TEntityInterface> operation, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task SignalEntityAsync<TEntityInterface>(
        string entityKey,
        DateTime scheduledTimeUtc,
        Action<TEntityInterface> operation,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task SignalEntityAsync<TEntityInterface>(
        EntityId entityId, Action<TEntityInterface> operation, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task SignalEntityAsync<TEntityInterface>(
        EntityId entityId,
        DateTime scheduledTimeUtc,
        Action<TEntityInterface> operation,
        CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<EntityStateResponse<T>> ReadEntityStateAsync<T>(
        EntityId entityId, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<EntityQueryResult> ListEntitiesAsync(
        EntityQuery query, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<CleanEntityStorageResult> CleanEntityStorageAsync(
        bool removeEmptyEntities, bool releaseOrphanedLocks, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();
}
