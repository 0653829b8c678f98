using System.Reflection;

namespace Perdure.Execution.Entities;

#pragma warning disable CA1852 // The platform derives from it, one class for each interface.
/// <summary>An object with the methods of an entity's interface; each of them sends an operation.</summary>
internal class EntityProxy : DispatchProxy
#pragma warning restore CA1852
{
    private EntityInterface? _methods;
    private IEntitySender? _sender;
    private EntityId _entity;

    /// <exception cref="InvalidOperationException">The type is no interface that can stand for an entity.</exception>
    public static TEntityInterface Create<TEntityInterface>(EntityId entity, IEntitySender sender)
    {
        EntityInterface methods = EntityInterface.Of(typeof(TEntityInterface));
        TEntityInterface proxy = Create<TEntityInterface, EntityProxy>();
        EntityProxy made = (EntityProxy)(object)proxy!;
        (made._methods, made._sender, made._entity) = (methods, sender, entity);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _methods!.Send(targetMethod!, _sender!, _entity, args is [object input] ? input : null);
}
