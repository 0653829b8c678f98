using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Determinism;

/// <summary>Something that a method does, itself or through what it calls.</summary>
/// <param name="Offence">What it comes to in the end.</param>
/// <param name="Chain">The methods on the way there, with arrows between them.</param>
internal sealed record Reached(Offence Offence, string Chain)
{
    public Diagnostic At(Location location) => Diagnostic.Create(
        Offence.Rule, location, [Offence.Location], $"{Chain}: ", Offence.Text);
}
