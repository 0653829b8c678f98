using Perdure.Core.History;

namespace Perdure.Functions;

/// <summary>What the compiled call of an activity works on.</summary>
/// <param name="Target">The object that the method is called on; null for a static method.</param>
/// <param name="Services">Where parameters that are services come from.</param>
/// <param name="Context">What the activity knows of its call.</param>
/// <param name="Input">The input of the call.</param>
internal readonly record struct ActivityCall(
    object? Target, IServiceProvider? Services, IDurableActivityContext Context, Payload Input);

/// <summary>What the compiled call of an orchestration works on.</summary>
/// <param name="Target">The object that the method is called on; null for a static method.</param>
/// <param name="Context">What the orchestration works with.</param>
internal readonly record struct OrchestrationCall(object? Target, IDurableOrchestrationContext Context);

/// <summary>What the compiled call of an entity works on.</summary>
/// <param name="Scope">The object that the method is called on, and where parameters that are services come
/// from.</param>
/// <param name="Context">What the operation works with.</param>
/// <param name="Stopping">Cancelled when the host stops.</param>
internal readonly record struct EntityCall(
    EntityScope Scope, IDurableEntityContext Context, CancellationToken Stopping);
