using Perdure.Core.Queues;
using Perdure.Functions.Triggers;

namespace Perdure.Functions.Queues;

/// <summary>The function of a queue, ready to be called.</summary>
/// <param name="Consumer">What the core knows of it.</param>
/// <param name="Code">How it is called; what it returns goes to <paramref name="Returns"/>.</param>
/// <param name="InHandMax">How many messages a node runs at a time.</param>
/// <param name="Returns">Where its result goes; null for nowhere.</param>
internal sealed record QueueFunction(
    QueueConsumer Consumer, ActivityFunction Code, int InHandMax, OutputPlace? Returns)
{
    /// <summary>Wherever it sends something.</summary>
    public IReadOnlyList<OutputPlace> Outputs { get; init; } = [];
}
