using Perdure.Core.Orchestrations;

namespace Perdure.Runtime.Offers;

/// <summary>What is told instead of what the store does not take.</summary>
internal static class Refusals
{
    public static FailureDetails OfStore { get; } = new(
        Failures.RefusedByStore, "The store refused to write what this would have added to the history.");
}
