using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Determinism;

/// <summary>Something that an orchestrator may not do, wherever it is written.</summary>
/// <param name="Rule">What it breaks.</param>
/// <param name="Text">What it is, for people.</param>
/// <param name="Location">Where it is.</param>
internal sealed record Offence(DiagnosticDescriptor Rule, string Text, Location Location);
