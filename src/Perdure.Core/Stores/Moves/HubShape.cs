namespace Perdure.Core.Stores.Moves;

/// <summary>Where a partition stood when the hub was stopped.</summary>
/// <param name="Owner">The node that did not release it; 0 when it was released.</param>
/// <param name="Epoch">Of its last opening.</param>
/// <param name="Dirty">Whether it was not released.</param>
/// <param name="Unclean">How many openings in a row found it so.</param>
internal readonly record struct PartitionState(long Owner, long Epoch, bool Dirty, int Unclean);

/// <summary>What a hub is, beside its rows.</summary>
/// <param name="Id">Drawn when the hub was created; it moves with it.</param>
/// <param name="Secret">Moves with it, so that what was signed with it stays good.</param>
/// <param name="LastNode">
/// The last number that was given to a node. Keys of instances are made of the number of the node that drew them, so
/// the numbers go on where they were.
/// </param>
/// <param name="Partitions">One state for each partition.</param>
internal sealed record HubShape(
    string Id, HubSecret Secret, long LastNode, IReadOnlyList<PartitionState> Partitions)
{
    /// <summary>A batch names its partitions by the bits of one number.</summary>
    public const int PartitionsMax = 64;

    /// <summary>
    /// The same hub over <paramref name="count"/> partitions. Messages and timers are numbered by epoch, and the
    /// numbers of a new partition must stay above those of all that its rows and the histories of its instances name;
    /// so every partition goes on from the largest epoch. What was not released is not released: the deaths of its
    /// owner are still to be counted.
    /// </summary>
    public HubShape Over(int count)
    {
        long epoch = Partitions.Max(p => p.Epoch);
        PartitionState[] states = new PartitionState[count];
        for (int i = 0; i < count; i++)
            states[i] = Partitions[i % Partitions.Count] with { Epoch = epoch };
        return this with { Partitions = states };
    }

    /// <summary>Says how many partitions the target gets.</summary>
    /// <param name="asked">What somebody asked for; null for what is usual.</param>
    /// <param name="usual">
    /// What the target gets if the partitions can be split into so many; null to keep the count.
    /// </param>
    /// <exception cref="StoreException">They cannot be split into so many.</exception>
    public int CountFor(int? asked, int? usual)
    {
        int now = Partitions.Count;
        if (asked is not { } count)
            return usual is { } more && more % now == 0 ? more : now;
        if (count > PartitionsMax)
            throw new StoreException($"{count} partitions are too many: a hub has at most {PartitionsMax}.");
        if (count < 1 || count % now != 0)
        {
            string allowed = string.Join(
                ", ", Enumerable.Range(1, PartitionsMax / now).Select(i => i * now).Where(i => i <= PartitionsMax));
            throw new StoreException(
                $"The hub has {now} partitions and cannot get {count}: partitions can be split when a hub is moved, "
                + "never merged, because timers and messages of different partitions may have the same numbers. "
                + $"Possible are {allowed}.");
        }
        return count;
    }
}
