namespace Perdure;

#pragma warning disable CA1715 // The name is that of Durable Functions 1.x, so that its source code compiles.
/// <summary>
/// The name that <see cref="IDurableOrchestrationContext"/> had in the tests of Durable Functions 1.x.
/// </summary>
public interface DurableOrchestrationContextBase : IDurableOrchestrationContext;
