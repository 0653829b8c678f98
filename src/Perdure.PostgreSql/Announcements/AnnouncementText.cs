using System.Globalization;
using Perdure.Core.Partitions;

namespace Perdure.PostgreSql.Announcements;

/// <summary>
/// An announcement as the payload of a notification: <c>m1,2</c>, <c>a7</c>, <c>r3</c>, <c>o</c>, <c>s</c> or
/// <c>c</c>. A payload has at most 8,000 bytes, so a long one is several.
/// </summary>
internal static class AnnouncementText
{
    private const int NumbersMax = 300;

    public static IEnumerable<string> Of(Announcement announcement)
    {
        foreach (int[] partitions in announcement.Messages.Chunk(NumbersMax))
            yield return $"m{string.Join(',', partitions)}";
        foreach (long[] nodes in announcement.Answered.Chunk(NumbersMax))
            yield return $"a{string.Join(',', nodes)}";
        foreach (int[] partitions in announcement.Replays.Chunk(NumbersMax))
            yield return $"r{string.Join(',', partitions)}";
        if (announcement.Offers)
            yield return "o";
        if (announcement.Shares)
            yield return "s";
        if (announcement.Circuits)
            yield return "c";
    }

    /// <summary>Null for what this version does not know.</summary>
    public static Announcement? Read(string payload) => payload switch
    {
        "o" => new() { Offers = true },
        "s" => new() { Shares = true },
        "c" => new() { Circuits = true },
        ['m', .. string partitions] when Numbers(partitions) is { } numbers =>
            new() { Messages = [.. numbers.Select(n => (int)n)] },
        ['r', .. string partitions] when Numbers(partitions) is { } numbers =>
            new() { Replays = [.. numbers.Select(n => (int)n)] },
        ['a', .. string nodes] when Numbers(nodes) is { } numbers => new() { Answered = numbers },
        _ => null,
    };

    private static long[]? Numbers(string text)
    {
        string[] parts = text.Split(',');
        long[] numbers = new long[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        }
        return numbers;
    }
}
