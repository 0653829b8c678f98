namespace Perdure;

/// <summary>Which entities to list. Conditions that are set are joined by "and"; none set means all.</summary>
public sealed class EntityQuery
{
    /// <summary>The name of the entities, in any case.</summary>
    public string? EntityName { get; set; }

    /// <summary>Their last operation ran at this time or later, in UTC.</summary>
    public DateTime? LastOperationFrom { get; set; }

    /// <summary>Their last operation ran at this time or earlier, in UTC; null, the default: until now.</summary>
    public DateTime? LastOperationTo { get; set; }

    /// <summary>How many entities a page has at most; from 1 to 1,000, 100 by default.</summary>
    /// <exception cref="ArgumentException">The value is out of its range.</exception>
    public int PageSize
    {
        get;
        set => field = value is >= 1 and <= 1000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(PageSize), value, "A page has from 1 to 1,000 entities.");
    } = 100;

    /// <summary>Where the previous page ended, as its result said; null for the first page.</summary>
    public string? ContinuationToken { get; set; }

    /// <summary>Whether each entity carries its state; false by default.</summary>
    public bool FetchState { get; set; }

    /// <summary>
    /// Whether entities without a state are listed as well, as long as they leave a trace; false by default.
    /// </summary>
    public bool IncludeDeleted { get; set; }
}
