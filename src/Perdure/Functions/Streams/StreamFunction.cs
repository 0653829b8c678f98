using Perdure.Core.Circuits;
using Perdure.Core.History;
using Perdure.Core.Streams;
using Perdure.Functions.Triggers;

namespace Perdure.Functions.Streams;

/// <summary>The function of a stream, ready to be called.</summary>
/// <param name="Consumer">What the core knows of it.</param>
/// <param name="Code">How it is called; what it returns goes to <paramref name="Returns"/>.</param>
/// <param name="BatchMax">How many events it takes at a time; 1 when it takes them one by one.</param>
/// <param name="Start">Where it begins when it has no checkpoint.</param>
/// <param name="Returns">Where its result goes; null for nowhere, or when it says which events have failed.</param>
internal sealed record StreamFunction(
    StreamConsumer Consumer, ActivityFunction Code, int BatchMax, StreamStart Start, OutputPlace? Returns)
{
    /// <summary>
    /// How many keys of a partition run at a time, each in its order; 0 when the partition has one order.
    /// </summary>
    public int KeysMax { get; init; }

    /// <summary>Throws a <see cref="PayloadException"/> for a body that does not fit what it takes.</summary>
    public Action<Payload> Check { get; init; } = static _ => { };

    /// <summary>Wherever it sends something.</summary>
    public IReadOnlyList<OutputPlace> Outputs { get; init; } = [];

    /// <summary>The circuits that must let it run.</summary>
    public IReadOnlyList<(string Name, CircuitRules Rules)> Circuits { get; init; } = [];

    /// <summary>It is switched off: its events wait.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>Its result is a <see cref="BatchResult"/>.</summary>
    public bool NamesFailures { get; init; }
}

/// <summary>Where a reader begins that has no checkpoint.</summary>
/// <param name="IsEnd">Behind all that is there; else at the first event of <paramref name="Time"/> or later.</param>
/// <param name="Time">In milliseconds since 1970.</param>
internal sealed record StreamStart(bool IsEnd, long Time);
