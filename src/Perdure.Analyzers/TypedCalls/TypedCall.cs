namespace Perdure.Analyzers.TypedCalls;

/// <summary>A method that is generated.</summary>
/// <param name="Form">What it does.</param>
/// <param name="MethodName">Its name.</param>
/// <param name="Function">The function that it is for.</param>
internal sealed record TypedCall(TypedCallForm Form, string MethodName, TypedFunction Function);
