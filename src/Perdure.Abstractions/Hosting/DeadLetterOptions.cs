namespace Perdure;

/// <summary>What was put aside.</summary>
public sealed class DeadLetterOptions
{
    /// <summary>
    /// How long dead letters are kept that are resolved or discarded, from then on; with an edited revision goes what
    /// it was made of. Those that are active stay. Default 30 days; null for ever.
    /// </summary>
    public TimeSpan? Retention { get; set; } = TimeSpan.FromDays(30);
}
