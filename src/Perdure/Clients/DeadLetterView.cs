using System.Globalization;
using Perdure.Core.DeadLetters;
using Perdure.Core.Stores;
using Perdure.Core.Streams;

namespace Perdure.Clients;

/// <summary>Rows of dead letters as clients see them.</summary>
internal static class DeadLetterView
{
    public static DeadLetter Of(DeadLetterRow row)
    {
        DeadLetterRecord record = DeadLetterRecord.Decode(row.Record);
        return new DeadLetter
        {
            Id = row.Key.ToString(),
            Source = row.Source,
            FunctionName = row.Function,
            EventId = row.EventId,
            Key = row.Order,
            Reason = row.Class,
            Fingerprint = row.Fingerprint,
            State = row.State,
            PutAsideAt = TimeOf(row.At),
            EnqueuedAt = TimeOf(record.Enqueued),
            Body = record.Body.Json,
            Failures = record.Failures,
            Attempts = [.. record.Attempts.Select(a => new DeadLetterAttempt(
                TimeOf(a.At), TimeSpan.FromMilliseconds(a.Milliseconds), a.Failure))],
            PartitionId = record.Place is { } place ? StreamIds.Split(place.Log).Number : null,
            SequenceNumber = record.Place?.Number,
            ConsumerGroup = record.Place?.Group,
            ChangedAt = TimeOf(row.Changed),
            Trail = [.. TrailEntry.Decode(row.Trail)
                .Select(t => new DeadLetterTrailEntry(TimeOf(t.At), t.By, t.Action, t.Note))],
            RevisionOf = IdOf(row, record.RevisionOf),
            ReplacedBy = IdOf(row, row.Successor),
        };
    }

    /// <summary>Null when it is not an id, so that there is none of it.</summary>
    public static DeadLetterKey? KeyOf(string id)
    {
        int dash = id.IndexOf('-', StringComparison.Ordinal);
        return dash > 0
            && int.TryParse(id.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out int partition)
            && long.TryParse(id.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? new DeadLetterKey(partition, number)
            : null;
    }

    public static DateTimeOffset TimeOf(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at);

    private static string? IdOf(DeadLetterRow row, long? number) =>
        number is { } known ? (row.Key with { Number = known }).ToString() : null;
}
