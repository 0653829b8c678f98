using Perdure.Core.Identity;

namespace Perdure.Execution.Entities;

/// <summary>What senders of operations must get right, whoever they are.</summary>
internal static class EntityChecks
{
    /// <exception cref="ArgumentException">It is the default value, which names no entity.</exception>
    public static EntityId Checked(EntityId entity, string parameter) => entity.IsNone
        ? throw new ArgumentException(
            "The entity id is the default value, which names no entity; make one with new EntityId(name, key).",
            parameter)
        : entity;

    /// <exception cref="ArgumentException">It cannot be the name of an operation.</exception>
    public static string CheckedOperation(string operationName)
    {
        ArgumentNullException.ThrowIfNull(operationName);
        return EntityInstanceIds.OperationProblem(operationName) is { } problem
            ? throw new ArgumentException(
                $"'{operationName}' cannot be the name of an operation: {problem}.", nameof(operationName))
            : operationName;
    }
}
