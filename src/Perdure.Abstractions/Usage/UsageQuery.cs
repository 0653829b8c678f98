namespace Perdure;

/// <summary>Which usage is asked for, and how it is added up.</summary>
public sealed class UsageQuery
{
    /// <summary>
    /// From when on; what was used in the minute of this time belongs to it. Null, the default: 30 days ago.
    /// </summary>
    public DateTimeOffset? From { get; set; }

    /// <summary>Until when; the minute of this time does not belong to it. Null, the default: until now.</summary>
    public DateTimeOffset? To { get; set; }

    /// <summary>By what it is added up. Default: by function.</summary>
    public UsageGrouping GroupBy { get; set; }
}
