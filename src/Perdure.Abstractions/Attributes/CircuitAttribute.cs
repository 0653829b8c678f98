namespace Perdure;

/// <summary>
/// Says that a function depends on something that can be away, such as a service. All functions with the same name
/// share one circuit, over all nodes: when too much of them fails, none of them runs until the circuit is closed. For
/// functions of queues, streams and timers, and for activities; several are allowed, and each must let it run.
/// </summary>
/// <remarks>
/// Of a triggered function a failure counts when its retries are used up; of an activity each run that fails counts.
/// Activities wait while a circuit is open: they do not fail, and their orchestrations go on waiting.
/// </remarks>
/// <param name="name">
/// The name of the circuit: 1 to 200 letters, digits, <c>-</c>, <c>_</c> and <c>.</c>; upper and lower case differ.
/// </param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class CircuitAttribute(string name) : Attribute
{
    /// <summary>The name of the circuit.</summary>
    public string Name => name;
}
