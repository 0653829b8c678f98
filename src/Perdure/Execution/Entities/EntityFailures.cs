namespace Perdure.Execution.Entities;

/// <summary>Failures of operations that the engine itself reports.</summary>
internal static class EntityFailures
{
    public const string EntityNotFound = "Perdure.EntityNotFound";

    public static FailureDetails NoSuchEntity(string name) => new(EntityNotFound,
        $"There is no entity function '{name}' in this program. Check the name, or register the assembly that holds "
        + "it.");
}
