namespace Perdure;

/// <summary>
/// The order of versions: numbers by their value, part by part, so that 1.9 comes before 1.10; then whatever follows
/// them, runs of digits by value and the rest by character, in any case. A part that is missing is 0: 2 and 2.0 are the
/// same. What follows a hyphen comes before what has nothing there: 2.0-beta, 2.0, 2.0b. No version comes before all.
/// Unlike a comparison that takes two versions for numbers or both for text, this is one order for all of them.
/// </summary>
internal sealed class VersionOrder : IComparer<string?>
{
    public static readonly VersionOrder Instance = new();

    private VersionOrder() { }

    /// <summary>Whether two texts are the same version.</summary>
    public static bool Same(string? x, string? y) => Instance.Compare(x, y) == 0;

    public int Compare(string? x, string? y)
    {
        bool isNone = string.IsNullOrEmpty(x);
        if (isNone || string.IsNullOrEmpty(y))
            return (isNone ? 0 : 1) - (string.IsNullOrEmpty(y) ? 0 : 1);
        ReadOnlySpan<char> left = x, right = y;
        int order = CompareNumbers(ref left, ref right);
        return order != 0 ? order : CompareRest(left, right);
    }

    /// <summary>Takes the numbers with their dots from both.</summary>
    private static int CompareNumbers(ref ReadOnlySpan<char> x, ref ReadOnlySpan<char> y)
    {
        int order = 0;
        bool inX = true, inY = true;
        for (bool isFirst = true; inX || inY; isFirst = false)
        {
            ReadOnlySpan<char> left = inX ? TakePart(ref x, isFirst, out inX) : default;
            ReadOnlySpan<char> right = inY ? TakePart(ref y, isFirst, out inY) : default;
            if (order == 0)
                order = CompareDigits(left, right);
        }
        return order;
    }

    private static ReadOnlySpan<char> TakePart(ref ReadOnlySpan<char> text, bool isFirst, out bool found)
    {
        ReadOnlySpan<char> part = isFirst ? text : text is ['.', ..] ? text[1..] : default;
        ReadOnlySpan<char> digits = part[..DigitsOf(part)];
        found = !digits.IsEmpty;
        if (found)
            text = part[digits.Length..];
        return digits;
    }

    private static int CompareRest(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        while (!x.IsEmpty && !y.IsEmpty)
        {
            int digitsX = DigitsOf(x), digitsY = DigitsOf(y);
            int order = digitsX > 0 && digitsY > 0
                ? CompareDigits(x[..digitsX], y[..digitsY])
                : Rank(x[0]) - Rank(y[0]);
            if (order != 0)
                return order;
            x = x[Math.Max(digitsX, 1)..];
            y = y[Math.Max(digitsY, 1)..];
        }
        return Weight(x) - Weight(y);

        // As behind the end, so anywhere: otherwise three versions could come before each other in a ring.
        static int Rank(char c) => c == '-' ? -1 : char.ToUpperInvariant(c);

        static int Weight(ReadOnlySpan<char> rest) => rest switch { [] => 0, ['-', ..] => -1, _ => 1 };
    }

    private static int CompareDigits(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        x = x.TrimStart('0');
        y = y.TrimStart('0');
        return x.Length != y.Length ? x.Length - y.Length : x.SequenceCompareTo(y);
    }

    private static int DigitsOf(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }
}
