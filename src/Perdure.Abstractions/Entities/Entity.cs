namespace Perdure;

/// <summary>
/// Where the methods of an entity's class, which have no parameter for it, find the operation that they run in.
/// </summary>
public static class Entity
{
    private static readonly AsyncLocal<IDurableEntityContext?> s_current = new();

    /// <summary>The operation that runs here; it flows through awaits.</summary>
    /// <exception cref="InvalidOperationException">No operation of an entity runs here.</exception>
    public static IDurableEntityContext Current =>
        s_current.Value ?? throw new InvalidOperationException(
            "No operation of an entity runs here. Entity.Current is for the methods of an entity, and for what they "
            + "call, while the operation runs.");

    /// <summary>For the engine: what flows into the code that the caller starts from here.</summary>
    internal static void Enter(IDurableEntityContext? context) => s_current.Value = context;
}
