namespace Perdure;

/// <summary>Where a timer stands. Times are in UTC; one that there is not is the default.</summary>
public sealed class ScheduleStatus
{
    /// <summary>The time of the occurrence that ended last.</summary>
    public DateTime Last { get; set; }

    /// <summary>The time of the next occurrence by the schedule.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this was stored.</summary>
    public DateTime LastUpdated { get; set; }
}
