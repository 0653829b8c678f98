using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Execution.Entities;
using Perdure.Json;
using CriticalSection = Perdure.Execution.Entities.CriticalSection;

namespace Perdure.Execution;

/// <summary>
/// Entities and critical sections. Neither consumes the counter of <see cref="NewGuid"/>: their tasks name them.
/// </summary>
internal sealed partial class OrchestrationContext : IEntitySender
{
    /// <summary>The critical section that the code is in or is about to enter; there is one at a time.</summary>
    private CriticalSection? _section;

    public Task CallEntityAsync(EntityId entityId, string operationName, object? operationInput = null) =>
        CallEntityAsync<Nothing>(entityId, operationName, operationInput);

    public Task<TResult> CallEntityAsync<TResult>(
        EntityId entityId, string operationName, object? operationInput = null)
    {
        CheckTurn();
        EntityChecks.Checked(entityId, nameof(entityId));
        EntityChecks.CheckedOperation(operationName);
        _section?.CheckCall(entityId, operationName);
        Payload input = OperationInput(entityId, operationName, operationInput);
        PendingTask<TResult> pending = new(new(PayloadRole.OperationResult, entityId.EntityName, operationName));
        int task = Open(pending);
        _section?.CallBegins(task, entityId);
        Actions.Add(new OrchestratorAction.CallEntity(task, entityId.ToString(), operationName, input));
        return pending.Task;
    }

    public void SignalEntity(EntityId entity, string operationName, object? operationInput = null) =>
        Signal(entity, null, operationName, operationInput);

    public void SignalEntity(
        EntityId entity, DateTime scheduledTimeUtc, string operationName, object? operationInput = null) =>
        Signal(entity, DueTime.Milliseconds(scheduledTimeUtc), operationName, operationInput);

    public Task<IDisposable> LockAsync(params EntityId[] entities)
    {
        CheckTurn();
        ArgumentNullException.ThrowIfNull(entities);
        if (entities.Length == 0)
            throw new ArgumentException("There is nothing to lock: give one entity or more.", nameof(entities));
        EntityId[] sorted = [.. entities.Select(e => EntityChecks.Checked(e, nameof(entities))).Distinct().Order()];
        _section?.CheckLock();
        PendingLock pending = new(this);
        int task = Open(pending);
        _section = new CriticalSection(task, sorted);
        Actions.Add(new OrchestratorAction.LockEntities(task, [.. sorted.Select(e => e.ToString())]));
        return pending.Task;
    }

    public bool IsLocked(out IReadOnlyList<EntityId> ownedLocks)
    {
        CheckTurn();
        bool isLocked = _section is { IsEntered: true };
        ownedLocks = isLocked ? [.. _section!.Entities] : [];
        return isLocked;
    }

    public TEntityInterface CreateEntityProxy<TEntityInterface>(string entityKey) =>
        CreateEntityProxy<TEntityInterface>(new EntityId(EntityInterface.NameOf(typeof(TEntityInterface)), entityKey));

    public TEntityInterface CreateEntityProxy<TEntityInterface>(EntityId entityId)
    {
        CheckTurn();
        return EntityProxy.Create<TEntityInterface>(EntityChecks.Checked(entityId, nameof(entityId)), this);
    }

    void IEntitySender.Signal(EntityId entity, string operation, object? input) =>
        SignalEntity(entity, operation, input);

    Task IEntitySender.CallAsync(EntityId entity, string operation, object? input) =>
        CallEntityAsync(entity, operation, input);

    Task<TResult> IEntitySender.CallAsync<TResult>(EntityId entity, string operation, object? input) =>
        CallEntityAsync<TResult>(entity, operation, input);

    // What the session feeds

    public void CompleteOperation(int task, Payload result)
    {
        _section?.CallEnds(task);
        Complete(task, result);
    }

    public void FailOperation(int task, FailureDetails failure)
    {
        _section?.CallEnds(task);
        if (_pending.Remove(task, out PendingTask? pending))
            TurnContext.Resolve(
                (pending, exception: FunctionFailures.OfOperation(pending.Place, failure)),
                static x => x.pending.Fail(x.exception));
    }

    /// <summary>The last lock of a section is there.</summary>
    public void Grant(int task)
    {
        if (!_pending.Remove(task, out PendingTask? pending))
            return;
        _section!.Enter();
        TurnContext.Resolve((PendingLock)pending, static p => p.Grant(p.Context._section!));
    }

    private void Signal(EntityId entity, long? dueAt, string operationName, object? operationInput)
    {
        CheckTurn();
        EntityChecks.Checked(entity, nameof(entity));
        EntityChecks.CheckedOperation(operationName);
        _section?.CheckSignal(entity, operationName);
        Payload input = OperationInput(entity, operationName, operationInput);
        Actions.Add(
            new OrchestratorAction.SignalEntity(_nextTask++, entity.ToString(), operationName, input, dueAt));
    }

    private Payload OperationInput(EntityId entity, string operationName, object? operationInput) =>
        _serializer.Serialize(
            operationInput, new PayloadPlace(PayloadRole.OperationInput, entity.EntityName, operationName));

    private void Leave(CriticalSection section)
    {
        // Again, or after the section was left: it is another one, or none.
        if (!ReferenceEquals(_section, section))
            return;
        CheckTurn();
        _section = null;
        Actions.Add(new OrchestratorAction.ReleaseLocks(section.Task));
    }

    private sealed class PendingLock(OrchestrationContext context) : PendingTask(default)
    {
        // Without RunContinuationsAsynchronously on purpose: see TurnContext.Resolve.
        private readonly TaskCompletionSource<IDisposable> _source = new();

        public OrchestrationContext Context => context;

        public Task<IDisposable> Task => _source.Task;

        public void Grant(CriticalSection section) => _source.TrySetResult(new Exit(context, section));

        public override void Complete(Payload result, PayloadSerializer serializer) =>
            throw new NotSupportedException("Locks are granted.");

        public override void Fail(Exception exception) => _source.TrySetException(exception);

        public override void Cancel(CancellationToken cancellationToken) => _source.TrySetCanceled(cancellationToken);
    }

    private sealed class Exit(OrchestrationContext context, CriticalSection section) : IDisposable
    {
        public void Dispose() => context.Leave(section);
    }
}
