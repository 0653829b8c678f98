using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Perdure;

/// <summary>
/// Names one entity: the name of its function, which has no case and is kept in lower case, and a key, which has one.
/// As an instance id it reads <c>@name@key</c>; as JSON it is <c>{"name":…,"key":…}</c>.
/// </summary>
/// <remarks>
/// The name has at least one character and no <c>@</c>; the key may be empty. Neither has one of <c>/ \ # ?</c>, a
/// control character or half of a surrogate pair, and the instance id has at most 256 characters. The default value
/// names no entity, and whatever takes an id refuses it. Ids are ordered by their instance ids, code unit by code unit:
/// in this order entities are locked.
/// </remarks>
/// <example>
/// <code>
/// await client.SignalEntityAsync(new EntityId("Counter", "visitors"), "add", 1);
/// </code>
/// </example>
[JsonConverter(typeof(EntityIdConverter))]
public readonly struct EntityId : IEquatable<EntityId>, IComparable<EntityId>
{
    private readonly string? _name;
    private readonly string? _key;

    /// <summary>The entity of this name and key.</summary>
    /// <param name="entityName">The name of the entity's function, in any case.</param>
    /// <param name="entityKey">Which of the entities of this name.</param>
    /// <exception cref="ArgumentException">The name or the key is not allowed.</exception>
    public EntityId(string entityName, string entityKey)
    {
        ArgumentNullException.ThrowIfNull(entityName);
        ArgumentNullException.ThrowIfNull(entityKey);
        string name = entityName.ToLowerInvariant();
        if (EntityIdRules.NameProblem(name) is { } nameProblem)
            throw new ArgumentException(
                $"'{entityName}' cannot be the name of an entity: {nameProblem}.", nameof(entityName));
        if (EntityIdRules.KeyProblem(name, entityKey) is { } keyProblem)
            throw new ArgumentException(
                $"'{entityKey}' cannot be the key of an entity '{name}': {keyProblem}.", nameof(entityKey));
        (_name, _key) = (name, entityKey);
    }

    /// <summary>The name of the entity, in lower case; empty for the default value.</summary>
    public string EntityName => _name ?? "";

    /// <summary>The key of the entity, as it was given.</summary>
    public string EntityKey => _key ?? "";

    /// <summary>Whether this is the default value, which names no entity.</summary>
    internal bool IsNone => _name is null;

    /// <summary>Reads an instance id, <c>@name@key</c>; the key begins after the second <c>@</c>.</summary>
    /// <param name="instanceId">The text.</param>
    /// <exception cref="FormatException">It is not the instance id of an entity; the message says why.</exception>
    public static EntityId Parse(string instanceId)
    {
        ArgumentNullException.ThrowIfNull(instanceId);
        return Problem(instanceId, out EntityId id) is { } problem
            ? throw new FormatException($"'{instanceId}' is not the id of an entity, as @name@key: {problem}.")
            : id;
    }

    /// <summary>Reads an instance id, <c>@name@key</c>, if it is one of an entity.</summary>
    /// <param name="instanceId">The text.</param>
    /// <param name="entityId">The entity; the default value if the text does not name one.</param>
    public static bool TryParse([NotNullWhen(true)] string? instanceId, out EntityId entityId)
    {
        entityId = default;
        return instanceId is not null && Problem(instanceId, out entityId) is null;
    }

    /// <summary>The instance id, <c>@name@key</c>; empty for the default value.</summary>
    public override string ToString() => _name is null ? "" : $"@{_name}@{_key}";

    /// <inheritdoc/>
    public bool Equals(EntityId other) => EntityName == other.EntityName && EntityKey == other.EntityKey;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EntityId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(EntityName, EntityKey);

    /// <inheritdoc/>
    public int CompareTo(EntityId other) => string.CompareOrdinal(ToString(), other.ToString());

    /// <summary>Whether both name the same entity.</summary>
    public static bool operator ==(EntityId left, EntityId right) => left.Equals(right);

    /// <summary>Whether the two name different entities.</summary>
    public static bool operator !=(EntityId left, EntityId right) => !left.Equals(right);

    /// <summary>Whether the left one comes before the right one.</summary>
    public static bool operator <(EntityId left, EntityId right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one comes before the right one or is the same.</summary>
    public static bool operator <=(EntityId left, EntityId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one comes after the right one.</summary>
    public static bool operator >(EntityId left, EntityId right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one comes after the right one or is the same.</summary>
    public static bool operator >=(EntityId left, EntityId right) => left.CompareTo(right) >= 0;

    private static string? Problem(string instanceId, out EntityId id)
    {
        id = default;
        if (instanceId is not ['@', ..])
            return "it does not start with '@'";
        int second = instanceId.IndexOf('@', 1);
        if (second < 0)
            return "it has no second '@', which stands before the key";
        string name = instanceId[1..second].ToLowerInvariant();
        string key = instanceId[(second + 1)..];
        if (EntityIdRules.NameProblem(name) is { } nameProblem)
            return $"its name is wrong, {nameProblem}";
        if (EntityIdRules.KeyProblem(name, key) is { } keyProblem)
            return $"its key is wrong, {keyProblem}";
        id = new EntityId(name, key);
        return null;
    }
}
