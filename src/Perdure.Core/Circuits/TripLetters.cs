using Perdure.Core.Stores;

namespace Perdure.Core.Circuits;

/// <summary>What was put aside while a circuit tripped.</summary>
internal static class TripLetters
{
    /// <summary>Whether it runs again when the circuit closes; what is bad itself does not.</summary>
    public static bool RunAgain(DeadLetterRow row) =>
        row.Class is DeadLetterReason.Exception or DeadLetterReason.Timeout;

    public static bool IsEvent(DeadLetterRow row) => row.Source.StartsWith("stream ", StringComparison.Ordinal);

    /// <summary>
    /// Those that the circuit has not heard of: put aside of the same streams by the same functions since the first of
    /// those that it knows. Their events stand between those of the others, or just behind them, and are to run again
    /// in their order. Messages of queues have none.
    /// </summary>
    /// <param name="active">What is aside, in the partitions of those that are known.</param>
    /// <param name="known">What the circuit knows.</param>
    public static IReadOnlyList<DeadLetterKey> Unheard(
        IEnumerable<DeadLetterRow> active, IReadOnlySet<DeadLetterKey> known)
    {
        DeadLetterRow[] events = [.. active.Where(r => IsEvent(r) && RunAgain(r))];
        Dictionary<(int, string, string), long> first = events.Where(r => known.Contains(r.Key))
            .GroupBy(Place).ToDictionary(g => g.Key, g => g.Min(r => r.At));
        return
        [
            .. from row in events
               where !known.Contains(row.Key) && first.TryGetValue(Place(row), out long at) && row.At >= at
               select row.Key,
        ];
    }

    private static (int, string, string) Place(DeadLetterRow row) => (row.Key.Partition, row.Source, row.Function);
}
