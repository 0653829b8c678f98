using Perdure.Core.History;
using Perdure.Functions;
using Perdure.Json;

namespace Perdure.Tests.Functions;

/// <summary>An orchestration context without durability: a call runs the function at once, through its JSON.</summary>
internal sealed class InlineContext(FunctionRegistry registry, object? input = null) : DurableOrchestrationContext
{
    private readonly PayloadSerializer _serializer = new();

    public string Name => "Test";

    public string InstanceId => "test-1";

    public string? ParentInstanceId => null;

    public string? Version => null;

    public DateTime CurrentUtcDateTime => new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public bool IsReplaying { get; set; }

    public TInput GetInput<TInput>()
    {
        PayloadPlace place = new(PayloadRole.OrchestrationInput, Name);
        return _serializer.Deserialize<TInput>(_serializer.Serialize(input, place), place);
    }

    public async Task CallActivityAsync(string functionName, object? input = null) =>
        await RunAsync(functionName, input);

    public async Task<TResult> CallActivityAsync<TResult>(string functionName, object? input = null) =>
        _serializer.Deserialize<TResult>(
            await RunAsync(functionName, input), new(PayloadRole.ActivityResult, functionName));

    public async Task CallActivityWithRetryAsync(string functionName, RetryOptions retryOptions, object? input = null)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await RunAsync(functionName, input, attempt);
                return;
            }
            catch (FunctionFailedException e)
                when (attempt < retryOptions.MaxNumberOfAttempts && retryOptions.Handle(e))
            {
            }
        }
    }

    public async Task<TResult> CallSubOrchestratorAsync<TResult>(string functionName, string? instanceId, object? input)
    {
        OrchestrationFunction child = registry.Orchestration(functionName);
        Task task = child.Start(new InlineContext(registry, input), out IAsyncDisposable? lifetime);
        await using (lifetime)
        {
            await task;
            return _serializer.Deserialize<TResult>(
                child.Result(task), new(PayloadRole.OrchestrationOutput, functionName));
        }
    }

    public async Task CallSubOrchestratorAsync(string functionName, string? instanceId, object? input) =>
        await CallSubOrchestratorAsync<object>(functionName, instanceId, input);

    private async Task<Payload> RunAsync(string name, object? input, int attempt = 1)
    {
        Payload json = _serializer.Serialize(input, new(PayloadRole.ActivityInput, name));
        try
        {
            ActivityContext context = new(name, json) { Attempt = attempt };
            return await registry.Activity(name).InvokeAsync(context, json);
        }
        catch (Exception e) when (e is not ArgumentException)
        {
            throw new FunctionFailedException($"The activity '{name}' failed: {e.Message}", ThrownFailure.Of(e));
        }
    }

    public void SetOutput(object? output) => throw new NotSupportedException();

    public void SetCustomStatus(object? customStatusObject) => throw new NotSupportedException();

    public void ContinueAsNew(object? input, bool preserveUnprocessedEvents = false) =>
        throw new NotSupportedException();

    public Task<TResult> CallActivityWithRetryAsync<TResult>(
        string functionName, RetryOptions retryOptions, object? input = null) => throw new NotSupportedException();

    public Task CallSubOrchestratorWithRetryAsync(
        string functionName, RetryOptions retryOptions, string? instanceId, object? input) =>
        throw new NotSupportedException();

    public Task<TResult> CallSubOrchestratorWithRetryAsync<TResult>(
        string functionName, RetryOptions retryOptions, string? instanceId, object? input) =>
        throw new NotSupportedException();

    public string StartNewOrchestration(string functionName, object? input = null, string? instanceId = null) =>
        throw new NotSupportedException();

    public Task CreateTimer(DateTime fireAt, CancellationToken cancelToken = default) =>
        throw new NotSupportedException();

    public Task<T> CreateTimer<T>(DateTime fireAt, T state, CancellationToken cancelToken = default) =>
        throw new NotSupportedException();

    public Task WaitForExternalEvent(string name) => throw new NotSupportedException();

    public Task<T> WaitForExternalEvent<T>(string name) => throw new NotSupportedException();

    public Task WaitForExternalEvent(string name, TimeSpan timeout, CancellationToken cancelToken = default) =>
        throw new NotSupportedException();

    public Task<T> WaitForExternalEvent<T>(string name, TimeSpan timeout, CancellationToken cancelToken = default) =>
        throw new NotSupportedException();

    public Task<T> WaitForExternalEvent<T>(
        string name, TimeSpan timeout, T defaultValue, CancellationToken cancelToken = default) =>
        throw new NotSupportedException();

    public Task CallEntityAsync(EntityId entityId, string operationName, object? operationInput = null) =>
        throw new NotSupportedException();

    public Task<TResult> CallEntityAsync<TResult>(
        EntityId entityId, string operationName, object? operationInput = null) => throw new NotSupportedException();

    public void SignalEntity(EntityId entity, string operationName, object? operationInput = null) =>
        throw new NotSupportedException();

    public void SignalEntity(
        EntityId entity, DateTime scheduledTimeUtc, string operationName, object? operationInput = null) =>
        throw new NotSupportedException();

    public Task<IDisposable> LockAsync(params EntityId[] entities) => throw new NotSupportedException();

    public bool IsLocked(out IReadOnlyList<EntityId> ownedLocks) => throw new NotSupportedException();

    public TEntityInterface CreateEntityProxy<TEntityInterface>(string entityKey) => throw new NotSupportedException();

    public TEntityInterface CreateEntityProxy<TEntityInterface>(EntityId entityId) => throw new NotSupportedException();

    public Task<DurableHttpResponse> CallHttpAsync(DurableHttpRequest req) => throw new NotSupportedException();

    public Guid NewGuid() => throw new NotSupportedException();
}
