using Perdure.Core.History;
using Perdure.Core.Orchestrations;

namespace Perdure.Core.Tests.Support;

/// <summary>Where a scenario begins: an id that no instance has yet.</summary>
internal static class Given
{
    public static Instance Orchestration(string name = "Hello", string id = "order-1", Limits? limits = null) =>
        new(name, id, limits ?? Limits.Default);

    /// <summary>Has started and waits for an activity (0), a timer due at 5000 (1) and a child (2).</summary>
    public static Instance Waiting(ParentLink? parent = null) =>
        Orchestration().Started(parent).Asked(Code.Activity(0), Code.Timer(1, 5000), Code.Child(2));
}
