namespace Perdure;

/// <summary>Which orchestrations to list. Conditions that are set are joined by "and"; none set means all.</summary>
public sealed class OrchestrationStatusQueryCondition
{
    /// <summary>Any of these; null or empty means any at all.</summary>
    public IEnumerable<OrchestrationRuntimeStatus>? RuntimeStatus { get; set; }

    /// <summary>Started at this time or later, in UTC.</summary>
    public DateTime? CreatedTimeFrom { get; set; }

    /// <summary>Started at this time or earlier, in UTC.</summary>
    public DateTime? CreatedTimeTo { get; set; }

    /// <summary>The name of the orchestration, in any case.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Its version, exactly as it was given; null for any, empty for instances without one. Before code is deleted that
    /// older instances need, this tells whether there still are any.
    /// </summary>
    public string? Version { get; set; }

    /// <summary>What the instance id begins with, compared by code unit.</summary>
    public string? InstanceIdPrefix { get; set; }

    /// <summary>A tag that it was started with, name and value exactly so.</summary>
    public KeyValuePair<string, string>? Tag { get; set; }

    /// <summary>How many instances a page has at most; from 1 to 1,000, 100 by default.</summary>
    /// <exception cref="ArgumentException">The value is out of its range.</exception>
    public int PageSize
    {
        get;
        set => field = value is >= 1 and <= 1000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(PageSize), value, "A page has from 1 to 1,000 instances.");
    } = 100;

    /// <summary>Where the previous page ended, as its result said; null for the first page.</summary>
    public string? ContinuationToken { get; set; }

    /// <summary>Whether each status carries its input; true by default.</summary>
    public bool ShowInput { get; set; } = true;
}
