using Perdure.Analyzers.Functions;

namespace Perdure.Analyzers.TypedCalls;

/// <summary>
/// What of a function decides how it is called. Equal by value, and free of everything that an edit elsewhere changes,
/// so that the compiler generates nothing anew while this stays the same.
/// </summary>
/// <param name="Kind">An activity or an orchestrator.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">Which one of several orchestrators with this name; null when they are not told apart.</param>
/// <param name="Method">The method, for people.</param>
internal sealed record TypedFunction(FunctionKind Kind, string Name, string? Version, string Method)
{
    public TypedInput Input { get; init; } = TypedInput.Any;

    /// <summary>The type of the result as it is written in a generated file; null when there is none.</summary>
    public string? Result { get; init; }

    /// <summary>Why it has no typed call at all; null when it has.</summary>
    public string? Problem { get; init; }

    /// <summary>
    /// Why nobody can call it for its result, although it can be started; null when it can be called.
    /// </summary>
    public string? ResultProblem { get; init; }
}
