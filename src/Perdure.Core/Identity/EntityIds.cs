namespace Perdure.Core.Identity;

/// <summary>
/// Entities among the instance ids: <c>@name@key</c>, told from orchestrations by their first character. The rules are
/// those of <see cref="EntityId"/>.
/// </summary>
internal static class EntityIds
{
    /// <summary>The longest name of an operation, in characters.</summary>
    public const int OperationLengthMax = 256;

    public static bool IsEntity(string instanceId) => instanceId is ['@', ..];

    /// <summary>The name in the instance id of an entity, which is in lower case.</summary>
    public static string NameOf(string instanceId) => instanceId[1..instanceId.IndexOf('@', 1)];

    /// <summary>Says what is wrong with the name of an operation, or returns null when it is fine.</summary>
    public static string? OperationProblem(string operation)
    {
        if (operation.Length is 0 or > OperationLengthMax)
            return $"it has {operation.Length} characters; names have 1 to {OperationLengthMax}";
        for (int i = 0; i < operation.Length; i++)
        {
            if (!char.IsSurrogate(operation[i]))
                continue;
            if (i + 1 >= operation.Length || !char.IsSurrogatePair(operation[i], operation[i + 1]))
                return $"it contains half of a surrogate pair at position {i}";
            i++;
        }
        return null;
    }
}
