using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Determinism;

/// <summary>A call of a method whose source is at hand.</summary>
/// <param name="Target">The method.</param>
/// <param name="Location">Where it is called.</param>
internal sealed record CallSite(IMethodSymbol Target, Location Location);
