namespace Perdure;

/// <summary>
/// An orchestration did something that its critical section forbids, because it could wait for itself or for another
/// orchestration for ever: a second lock, a call of an entity that is not locked, a signal to one that is, a second
/// call of one entity at a time, or a sub-orchestration. The message says which.
/// </summary>
public sealed class LockingRulesViolationException : InvalidOperationException
{
    /// <summary>For the engine, and for tests of code that handles it.</summary>
    /// <param name="message">What is forbidden, and what to do.</param>
    public LockingRulesViolationException(string message) : base(message) { }
}
