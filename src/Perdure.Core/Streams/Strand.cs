namespace Perdure.Core.Streams;

/// <summary>Events of one key, in order, where each key has an order of its own.</summary>
/// <param name="Key">Empty for those that have none: they have an order of their own as well.</param>
/// <param name="Before">A reader of this key alone, as it was before.</param>
/// <param name="Events">At least one.</param>
/// <param name="From">
/// Of each of them, the number after the event before it in the log: what nobody has in between is done with it.
/// </param>
internal sealed record Strand(
    string Key, ReaderState Before, IReadOnlyList<StoredEvent> Events, IReadOnlyList<long> From)
{
    public static string KeyOf(StoredEvent e) => e.Data.Key ?? "";
}
