using System.Globalization;

namespace Perdure.Core.Stores;

/// <summary>
/// Numbered by the owner of the partition in which the event was: epoch and counter, never used twice.
/// </summary>
internal readonly record struct DeadLetterKey(int Partition, long Number) : IComparable<DeadLetterKey>
{
    public int CompareTo(DeadLetterKey other) => (Partition, Number).CompareTo((other.Partition, other.Number));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Partition}-{Number}");

    /// <summary>Null when it is not the text of a key.</summary>
    public static DeadLetterKey? TryParse(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash > 0
            && int.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out int partition)
            && long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? new DeadLetterKey(partition, number)
            : null;
    }

    /// <exception cref="FormatException">It is not the text of a key.</exception>
    public static DeadLetterKey Parse(string text) =>
        TryParse(text) ?? throw new FormatException($"'{text}' is not the key of a dead letter.");
}

/// <summary>
/// A row of <c>dead_letters</c>: an event that was not processed, with all that is known of it. The columns are what it
/// is looked for by; the record is a JSON object.
/// </summary>
internal sealed record DeadLetterRow
{
    public required DeadLetterKey Key { get; init; }

    /// <summary>For example <c>queue orders</c>.</summary>
    public required string Source { get; init; }

    public required string Function { get; init; }
    public required string EventId { get; init; }

    /// <summary>The session of a message, the key of an event.</summary>
    public string? Order { get; init; }

    public required DeadLetterReason Class { get; init; }

    /// <summary>The same for failures of the same kind at the same place.</summary>
    public required string Fingerprint { get; init; }

    public DeadLetterState State { get; init; }
    public required long At { get; init; }
    public required ReadOnlyMemory<byte> Record { get; init; }

    /// <summary>When its state changed last; the store sets it, first to <see cref="At"/>.</summary>
    public long Changed { get; init; }

    /// <summary>What has become of it by whom, as <see cref="DeadLetters.TrailEntry"/> writes it.</summary>
    public string Trail { get; init; } = "";

    /// <summary>The number of the one that has taken its place, in the same partition.</summary>
    public long? Successor { get; init; }
}

/// <summary>Something has become of a dead letter.</summary>
/// <param name="Key">It must exist.</param>
/// <param name="State">Its state from now on.</param>
/// <param name="Record">Its record from now on; empty keeps the one that it has.</param>
/// <param name="At">When.</param>
/// <param name="Entry">What its trail has besides.</param>
/// <param name="Successor">The number of the one that takes its place; null when none does.</param>
internal readonly record struct DeadLetterUpdate(
    DeadLetterKey Key, DeadLetterState State, ReadOnlyMemory<byte> Record, long At = 0, string Entry = "",
    long? Successor = null);

/// <summary>What somebody makes of dead letters.</summary>
/// <param name="To">Their state from now on; null leaves it, and its time.</param>
/// <param name="At">When.</param>
/// <param name="Entry">What their trails have besides.</param>
internal readonly record struct DeadLetterChange(DeadLetterState? To, long At, string Entry = "");

/// <summary>Dead letters of one kind.</summary>
internal sealed record DeadLetterGroupRow(
    string Fingerprint, string Source, string Function, long Count, long First, long Last);

/// <summary>Which dead letters to list; null means any. Conditions are joined by "and".</summary>
internal sealed record DeadLetterQuery
{
    public string? Source { get; init; }
    public string? Function { get; init; }
    public string? Fingerprint { get; init; }
    public DeadLetterState? State { get; init; }
    public int? Partition { get; init; }

    /// <summary>Only those that have not ended: active, held or replaying.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Inclusive, in milliseconds since 1970.</summary>
    public long? From { get; init; }

    /// <summary>Inclusive.</summary>
    public long? To { get; init; }

    public DeadLetterKey? Key { get; init; }

    /// <summary>Where the previous page ended.</summary>
    public DeadLetterEnd? After { get; init; }

    public required int PageSize { get; init; }

    /// <summary>Whether the rows carry their records.</summary>
    public bool WithRecords { get; init; } = true;
}

/// <summary>Ordered by (at, key), oldest first. <c>After</c> is null on the last page.</summary>
internal sealed record DeadLetterPage(IReadOnlyList<DeadLetterRow> Rows, DeadLetterEnd? After)
{
    /// <param name="found">One more than a page has, if there is one.</param>
    /// <param name="size">The size of a page.</param>
    public static DeadLetterPage Of(IReadOnlyList<DeadLetterRow> found, int size) => found.Count <= size
        ? new(found, null)
        : new([.. found.Take(size)], new DeadLetterEnd(found[size - 1].At, found[size - 1].Key));
}

/// <summary>The last row of a page.</summary>
internal readonly record struct DeadLetterEnd(long At, DeadLetterKey Key)
{
    public bool IsBefore(DeadLetterRow row) => (At, Key).CompareTo((row.At, row.Key)) < 0;
}
