namespace Perdure.Torture.Judging;

/// <summary>A critical section as its history tells it: entities are locked one after the other, in order.</summary>
internal sealed record Section(int Task, IReadOnlyList<string> Entities, int Granted)
{
    /// <summary>The entity that has not answered; null when all are locked.</summary>
    public string? Awaited => Granted < Entities.Count ? Entities[Granted] : null;

    public override string ToString() => $"task {Task}: {Granted} of {string.Join(", ", Entities)}";
}
