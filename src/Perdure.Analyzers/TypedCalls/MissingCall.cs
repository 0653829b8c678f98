namespace Perdure.Analyzers.TypedCalls;

/// <summary>A method that is not generated, although its function is there.</summary>
/// <param name="MethodName">The name that it would have.</param>
/// <param name="Function">The function.</param>
/// <param name="Why">The reason, as the end of a sentence.</param>
internal sealed record MissingCall(string MethodName, TypedFunction Function, string Why);
