namespace Perdure.Runtime.Offers;

/// <summary>What offers say beyond the history.</summary>
internal static class OfferBodies
{
    /// <summary>Of activities: they may have run before.</summary>
    public static readonly byte[] Again = "true"u8.ToArray();
}
