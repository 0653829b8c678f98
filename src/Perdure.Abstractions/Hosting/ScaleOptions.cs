namespace Perdure;

/// <summary>What <c>GET …/scale</c> recommends.</summary>
public sealed class ScaleOptions
{
    /// <summary>Within which time what waits should be done. Default 1 minute; from 1 second to 1 day.</summary>
    public TimeSpan DrainTarget { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The most instances that are recommended. Default 32; from 1 to 10,000.</summary>
    public int MaxInstances { get; set; } = 32;

    /// <summary>
    /// Fewer instances are recommended when for so long no more were needed. Default 180 seconds; from zero to 1 day.
    /// </summary>
    public TimeSpan ScaleInAfter { get; set; } = TimeSpan.FromSeconds(180);
}
