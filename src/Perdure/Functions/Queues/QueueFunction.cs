using Perdure.Core.Queues;

namespace Perdure.Functions.Queues;

/// <summary>The function of a queue, ready to be called.</summary>
/// <param name="Consumer">What the core knows of it.</param>
/// <param name="Code">How it is called; what it returns goes to <paramref name="ReturnQueue"/>.</param>
/// <param name="InHandMax">How many messages a node runs at a time.</param>
/// <param name="ReturnQueue">Where its result goes; null for nowhere.</param>
internal sealed record QueueFunction(
    QueueConsumer Consumer, ActivityFunction Code, int InHandMax, string? ReturnQueue);
