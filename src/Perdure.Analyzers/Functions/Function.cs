using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Functions;

/// <summary>A method that is a function.</summary>
/// <param name="Name">Its name, which is compared without regard to case.</param>
/// <param name="Method">The method.</param>
/// <param name="Trigger">What makes it run.</param>
internal sealed record Function(string Name, IMethodSymbol Method, Trigger Trigger);
