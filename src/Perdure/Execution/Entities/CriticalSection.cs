namespace Perdure.Execution.Entities;

/// <summary>
/// A critical section that the code is in, or is about to enter, with the rules that hold meanwhile. They keep an
/// orchestration from waiting for itself, and two of them from waiting for each other.
/// </summary>
/// <param name="task">The number of the task that asked for the locks.</param>
/// <param name="entities">In the order in which they are locked, each once.</param>
internal sealed class CriticalSection(int task, EntityId[] entities)
{
    private readonly Dictionary<int, EntityId> _calls = [];

    public int Task => task;

    /// <summary>Whether all locks are there.</summary>
    public bool IsEntered { get; private set; }

    public IReadOnlyList<EntityId> Entities => entities;

    public void Enter() => IsEntered = true;

    public void CallBegins(int callTask, EntityId entity) => _calls.Add(callTask, entity);

    public void CallEnds(int callTask) => _calls.Remove(callTask);

    /// <exception cref="LockingRulesViolationException">Always: sections do not nest.</exception>
    public void CheckLock() => throw new LockingRulesViolationException(IsEntered
        ? $"The orchestration is in a critical section, which has locked {Text}. Leave it before the next LockAsync, "
            + "or lock all the entities at once."
        : $"The orchestration already waits for the locks of {Text}. Await that LockAsync and leave its section "
            + "before the next one, or lock all the entities at once.");

    /// <exception cref="LockingRulesViolationException">This call is not allowed now.</exception>
    public void CheckCall(EntityId entity, string operation)
    {
        if (!IsEntered)
            throw new LockingRulesViolationException(
                $"The orchestration waits for the locks of {Text}, so it cannot call '{operation}' of {entity}. Await "
                + "LockAsync first.");
        if (!entities.Contains(entity))
            throw new LockingRulesViolationException(
                $"The critical section has locked {Text}, so the orchestration cannot call '{operation}' of {entity} "
                + "in it. Lock that entity as well, or call it outside of the section.");
        if (_calls.ContainsValue(entity))
            throw new LockingRulesViolationException(
                $"A call of {entity} is under way, so the orchestration cannot call '{operation}' of it: in a critical "
                + "section there is one call of each entity at a time. Await the first one.");
    }

    /// <exception cref="LockingRulesViolationException">This signal is not allowed now.</exception>
    public void CheckSignal(EntityId entity, string operation)
    {
        if (entities.Contains(entity))
            throw new LockingRulesViolationException(
                $"The critical section locks {entity}, so the orchestration cannot signal '{operation}' to it. Call "
                + "it instead, or signal it outside of the section.");
    }

    /// <exception cref="LockingRulesViolationException">Always: a child could wait for these locks.</exception>
    public void CheckChild(string function) => throw new LockingRulesViolationException(
        $"The critical section locks {Text}, so the orchestration cannot wait for the sub-orchestration '{function}' "
        + "in it. Call it outside of the section, or start it with StartNewOrchestration, which waits for nothing.");

    private string Text => string.Join(", ", entities);
}
