namespace Perdure.Core.Orchestrations;

/// <summary>
/// The locks of an execution: acquired one after the other in the order of <c>Entities</c>, so that no two executions
/// can wait for each other.
/// </summary>
/// <param name="Task">The task that asked for it.</param>
/// <param name="Entities">The instance ids in ordinal order.</param>
/// <param name="Granted">How many of them are locked.</param>
internal sealed record SectionLocks(int Task, IReadOnlyList<string> Entities, int Granted)
{
    /// <summary>All that were asked for the lock so far: the locked ones and the one that has not answered.</summary>
    public IEnumerable<string> Asked => Entities.Take(Granted + 1);

    /// <summary>The entity that has not answered; null when all are locked.</summary>
    public string? Awaited => Granted < Entities.Count ? Entities[Granted] : null;

    public override string ToString() => $"#{Task}: {Granted} of {string.Join(", ", Entities)}";
}
