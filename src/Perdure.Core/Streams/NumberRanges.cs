using System.Collections;

namespace Perdure.Core.Streams;

/// <summary>A set of numbers as ranges that do not touch, in order. It does not change.</summary>
internal sealed class NumberRanges : IReadOnlyList<(long From, long End)>
{
    public static NumberRanges Empty { get; } = new([]);

    private readonly (long From, long End)[] _ranges;

    /// <param name="ranges">In order; no two of them touch.</param>
    public NumberRanges((long From, long End)[] ranges) => _ranges = ranges;

    public int Count => _ranges.Length;

    public (long From, long End) this[int index] => _ranges[index];

    /// <summary>With these numbers as well.</summary>
    public NumberRanges With(long from, long end)
    {
        List<(long From, long End)> next = new(_ranges.Length + 1);
        foreach ((long From, long End) range in _ranges)
        {
            if (range.End < from || range.From > end)
                next.Add(range);
            else
                (from, end) = (Math.Min(from, range.From), Math.Max(end, range.End));
        }
        int place = next.FindIndex(r => r.From > end);
        next.Insert(place < 0 ? next.Count : place, (from, end));
        return new NumberRanges([.. next]);
    }

    /// <summary>Without the numbers below this one.</summary>
    public NumberRanges From(long number) => _ranges.Length == 0
        ? this
        : new NumberRanges([.. from r in _ranges where r.End > number select (Math.Max(r.From, number), r.End)]);

    public bool Contains(long number) => Array.Exists(_ranges, r => r.From <= number && number < r.End);

    public IEnumerator<(long From, long End)> GetEnumerator() => _ranges.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _ranges.GetEnumerator();
}
