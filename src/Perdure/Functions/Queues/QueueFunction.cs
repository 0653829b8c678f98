using Perdure.Core.Circuits;
using Perdure.Core.History;
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
    /// <summary>Throws a <see cref="PayloadException"/> for a body that does not fit what it takes.</summary>
    public Action<Payload> Check { get; init; } = static _ => { };

    /// <summary>Wherever it sends something.</summary>
    public IReadOnlyList<OutputPlace> Outputs { get; init; } = [];

    /// <summary>The circuits that must let it run.</summary>
    public IReadOnlyList<(string Name, CircuitRules Rules)> Circuits { get; init; } = [];

    /// <summary>It is switched off: its messages wait.</summary>
    public bool IsDisabled { get; init; }
}
