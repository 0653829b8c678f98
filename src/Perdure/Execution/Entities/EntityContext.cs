using Perdure.Core;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Functions;
using Perdure.Json;

namespace Perdure.Execution.Entities;

/// <summary>
/// What the code of one operation sees. It keeps what the operation asks for; others decide what it means.
/// </summary>
internal sealed partial class EntityContext(
    EntityId id,
    EntityOperation operation,
    Payload state,
    FunctionRegistry functions,
    EntityServices services,
    EntityScope scope) : IDurableEntityContext
{
    private List<EntityAction>? _actions;
    private Payload _result;
    private bool _isClosed;

    public string EntityName => EntityId.EntityName;

    public string EntityKey => EntityId.EntityKey;

    public EntityId EntityId => Open(id);

    public string OperationName => Open(operation.Name);

    public int BatchSize { get => Open(field); init; }

    public int BatchPosition { get => Open(field); init; }

    /// <summary>What the caller gets.</summary>
    public Payload Result => _result;

    /// <summary>What the operation asked for, in order.</summary>
    public IReadOnlyList<EntityAction> Actions => _actions ?? (IReadOnlyList<EntityAction>)[];

    /// <summary>How much it sends, in bytes of inputs.</summary>
    public long BytesSent { get; private set; }

    public TInput GetInput<TInput>()
    {
        CheckOpen();
        return services.Serializer.Deserialize<TInput>(operation.Input, InputPlace(operation.Name));
    }

    public object? GetInput(Type inputType)
    {
        CheckOpen();
        ArgumentNullException.ThrowIfNull(inputType);
        return services.Serializer.Deserialize(inputType, operation.Input, InputPlace(operation.Name));
    }

    public void Return(object? result)
    {
        CheckOpen();
        _result = services.Serializer.Serialize(
            result, new PayloadPlace(PayloadRole.OperationResult, id.EntityName, operation.Name));
    }

    public void SignalEntity(EntityId entity, string operationName, object? operationInput = null) =>
        Signal(entity, null, operationName, operationInput);

    public void SignalEntity(
        EntityId entity, DateTime scheduledTimeUtc, string operationName, object? operationInput = null) =>
        Signal(entity, scheduledTimeUtc, operationName, operationInput);

    public void SignalEntity<TEntityInterface>(string entityKey, Action<TEntityInterface> operation) =>
        Signal(IdOf<TEntityInterface>(entityKey), null, operation);

    public void SignalEntity<TEntityInterface>(
        string entityKey, DateTime scheduledTimeUtc, Action<TEntityInterface> operation) =>
        Signal(IdOf<TEntityInterface>(entityKey), scheduledTimeUtc, operation);

    public void SignalEntity<TEntityInterface>(EntityId entityId, Action<TEntityInterface> operation) =>
        Signal(entityId, null, operation);

    public void SignalEntity<TEntityInterface>(
        EntityId entityId, DateTime scheduledTimeUtc, Action<TEntityInterface> operation) =>
        Signal(entityId, scheduledTimeUtc, operation);

    public string StartNewOrchestration(string functionName, object? input = null, string? instanceId = null)
    {
        CheckOpen();
        ArgumentException.ThrowIfNullOrWhiteSpace(functionName);
        string name = functions.OrchestrationName(functionName, services.IsElsewhere);
        if (instanceId is not null && InstanceIds.Problem(instanceId) is { } problem)
            throw new ArgumentException($"'{instanceId}' cannot be an instance id: {problem}.", nameof(instanceId));
        Payload payload =
            services.Serializer.Serialize(input, new PayloadPlace(PayloadRole.OrchestrationInput, name));
        string started = instanceId ?? services.Ids.NewId();
        string? version = functions.VersionOfNew(name, null, services.NewestElsewhere);
        Add(
            new EntityAction.StartOrchestration(name, started, services.Ids.NewExecutionId(), payload)
            {
                Version = version,
            },
            payload);
        return started;
    }

    /// <summary>The operation is over; whoever kept the context learns it.</summary>
    public void Close() => _isClosed = true;

    private static EntityId IdOf<TEntityInterface>(string entityKey) =>
        new(EntityInterface.NameOf(typeof(TEntityInterface)), entityKey);

    private void Signal<TEntityInterface>(EntityId entity, DateTime? at, Action<TEntityInterface> action)
    {
        CheckOpen();
        (string name, object? input) = SingleSignal.Of(EntityChecks.Checked(entity, nameof(entity)), action);
        Signal(entity, at, name, input);
    }

    private void Signal(EntityId entity, DateTime? at, string operationName, object? operationInput)
    {
        CheckOpen();
        EntityChecks.Checked(entity, nameof(entity));
        EntityChecks.CheckedOperation(operationName);
        // Nobody would hear that there is no code: so it is said here, and fails the operation.
        functions.CheckEntity(entity.EntityName, services.IsElsewhere);
        Payload input = services.Serializer.Serialize(
            operationInput, new PayloadPlace(PayloadRole.OperationInput, entity.EntityName, operationName));
        long? dueAt = at is { } time ? DueTime.Milliseconds(time) : null;
        Add(new EntityAction.Signal(entity.ToString(), operationName, input, dueAt), input);
    }

    private void Add(EntityAction action, Payload input)
    {
        Limits limits = Limits.Default;
        _actions ??= [];
        if (_actions.Count >= limits.ActionsPerTurnMax || BytesSent + input.Length > limits.TurnBytesMax)
            throw new InvalidOperationException(
                $"The operation '{operation.Name}' of entity {id} sends too much: at most "
                + $"{limits.ActionsPerTurnMax:N0} messages with {limits.TurnBytesMax:N0} bytes of input. Send the rest "
                + "in an operation of its own.");
        BytesSent += input.Length;
        _actions.Add(action);
    }

    private PayloadPlace InputPlace(string name) => new(PayloadRole.OperationInput, id.EntityName, name);

    private T Open<T>(T value)
    {
        CheckOpen();
        return value;
    }

    private void CheckOpen()
    {
        if (_isClosed)
            throw new InvalidOperationException(
                $"The operation '{operation.Name}' of entity {id} is over, and its context cannot be used any more. "
                + "Await all that the operation starts before it returns.");
    }
}
