namespace Perdure;

/// <summary>
/// The name that <see cref="DurableClientAttribute"/> had in Durable Functions 1.x; it does the same.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
[Obsolete("Use [DurableClient].")]
public sealed class OrchestrationClientAttribute : DurableClientAttribute;
