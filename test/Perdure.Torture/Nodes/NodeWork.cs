namespace Perdure.Torture.Nodes;

/// <summary>What the clients of a node ask for.</summary>
internal enum NodeWork
{
    /// <summary>Both workloads, as much as they can.</summary>
    Load,

    /// <summary>One wide fan-out at a time, when they are told to.</summary>
    FanOut,

    /// <summary>Orders, which are events of a stream.</summary>
    Events,
}
