using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Determinism;

/// <summary>A call of a method, or a look at a field, whose source is at hand.</summary>
/// <param name="Target">The method, or a field or property with a value that it is given before it is used.</param>
/// <param name="Location">Where it is called.</param>
internal sealed record CallSite(ISymbol Target, Location Location);
