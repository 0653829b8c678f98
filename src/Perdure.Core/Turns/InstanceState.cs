namespace Perdure.Core.Turns;

/// <summary>
/// What the core knows of one instance between turns. Changed by one turn at a time; when a turn's commit fails the
/// state is thrown away and loaded again.
/// </summary>
internal abstract class InstanceState(string id, int partition)
{
    public string Id { get; } = id;
    public int Partition { get; } = partition;

    /// <summary>There is something that is worth keeping in memory: an orchestration that runs, an entity.</summary>
    public abstract bool IsLive { get; }
}
