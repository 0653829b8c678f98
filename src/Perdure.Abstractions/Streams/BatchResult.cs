namespace Perdure;

/// <summary>
/// What a stream function that takes batches may return: which events of the batch have failed. The others are done,
/// and do not run again; each of these runs by itself, as often as its retries allow.
/// </summary>
public sealed class BatchResult
{
    /// <summary>All events of the batch are done.</summary>
    public static BatchResult Ok { get; } = new();

    /// <summary>The events that have failed.</summary>
    public IReadOnlyList<BatchFailure> Failures { get; init; } = [];

    /// <summary>Names events that have failed.</summary>
    /// <param name="indexes">Their places in the batch, from 0.</param>
    /// <returns>The result for the function to return.</returns>
    public static BatchResult Fail(params int[] indexes)
    {
        ArgumentNullException.ThrowIfNull(indexes);
        return new() { Failures = [.. indexes.Select(i => new BatchFailure { Index = i })] };
    }
}

/// <summary>An event of a batch that has failed.</summary>
public sealed class BatchFailure
{
    /// <summary>Its place in the batch, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Why, for people; null for nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>Trying again cannot help: it is put aside at once.</summary>
    public bool IsFinal { get; init; }
}
