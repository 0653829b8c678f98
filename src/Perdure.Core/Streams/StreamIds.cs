using System.Globalization;
using Perdure.Core.Identity;
using Perdure.Core.Queues;

namespace Perdure.Core.Streams;

/// <summary>
/// The ids of the logs that a stream is made of, which are addressed like instances: <c>@@/name/number</c>. The name
/// is in lower case. No shard of a queue has such an id, because the name of a queue has no slash.
/// </summary>
internal static class StreamIds
{
    public const int PartitionsMax = 1024;

    public static bool Is(string id) => id.StartsWith("@@/", StringComparison.Ordinal);

    public static string Log(string stream, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"@@/{stream}/{number}");

    /// <exception cref="FormatException">It is not the id of a log.</exception>
    public static (string Stream, int Number) Split(string log)
    {
        int slash = log.LastIndexOf('/');
        return Is(log) && slash > 3
            && int.TryParse(log.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? (log[3..slash], number)
            : throw new FormatException($"'{log}' is not the id of a log, which is '@@/stream/number'.");
    }

    /// <summary>Which log of a stream the events of a key go to: always the same.</summary>
    public static int LogOf(string key, int partitions) => InstanceIds.Place(key, partitions);

    /// <summary>Says what is wrong with the name of a stream, or returns null: the rules are those of queues.</summary>
    public static string? Problem(string name) => QueueIds.Problem(name);
}
