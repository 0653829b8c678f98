using System.Collections.Concurrent;
using Perdure.Json;

namespace Perdure.Execution.Entities;

/// <summary>The classes that entities dispatch to, each looked at once for each entity that uses it.</summary>
internal sealed class EntityClasses(PayloadSerializer serializer)
{
    private readonly ConcurrentDictionary<(Type Type, string Entity), object> _classes = new();

    public EntityClass<T> Of<T>(string entity) where T : class => (EntityClass<T>)_classes.GetOrAdd(
        (typeof(T), entity), static (key, serializer) => new EntityClass<T>(key.Entity, serializer), serializer);
}
