using Perdure.Core.Identity;

namespace Perdure.Core.Stores;

/// <summary>Numbered by the owner of the partition: epoch and counter, never used twice.</summary>
internal readonly record struct OfferKey(int Partition, long Number);

/// <summary>
/// Work of an instance that any node with the code may do: activities, a turn, or operations of an entity. Its owner
/// writes and deletes the row; who claims it puts its number there and answers by message rows.
/// </summary>
/// <param name="Key">The row.</param>
/// <param name="Execution">Whose work it is; of an entity the key is 0.</param>
/// <param name="Target">The instance.</param>
/// <param name="Code">Which code it needs, as <see cref="CodeNames"/> writes it.</param>
internal sealed record OfferRow(OfferKey Key, ExecutionKey Execution, string Target, string Code)
{
    /// <summary>Of activities: their task ids. What they are called with stands in the history.</summary>
    public IReadOnlyList<int> Tasks { get; init; } = [];

    /// <summary>Of activities: some of them may have run before.</summary>
    public static readonly byte[] MayHaveRun = "true"u8.ToArray();

    /// <summary>
    /// Of a turn or of operations: what the history does not say. Of activities: <see cref="MayHaveRun"/> or nothing.
    /// </summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Who has claimed it; 0 for nobody.</summary>
    public long Node { get; init; }
}
