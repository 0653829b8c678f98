using System.Collections.Immutable;

namespace Perdure.Analyzers.Determinism;

/// <summary>All that matters of a method, with its lambdas and local functions.</summary>
/// <param name="Offences">What it does itself.</param>
/// <param name="Calls">What it calls.</param>
internal sealed record MethodSummary(ImmutableArray<Offence> Offences, ImmutableArray<CallSite> Calls);
