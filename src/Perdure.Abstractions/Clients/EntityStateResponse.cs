namespace Perdure;

/// <summary>What is durably known of the state of an entity at one moment.</summary>
/// <typeparam name="T">The type that the state was read as.</typeparam>
/// <param name="EntityExists">Whether the entity has a state.</param>
/// <param name="EntityState">Its state; the default of <typeparamref name="T"/> when it has none.</param>
public readonly record struct EntityStateResponse<T>(bool EntityExists, T? EntityState);
