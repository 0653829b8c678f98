namespace Perdure.Core.Stores.Memory;

/// <summary>The key of a block or a reader: partition and log, then number or name.</summary>
internal readonly record struct LogKey(int Partition, string Log, long Number, string Name)
{
    public static LogKey Of(BlockRow row) => new(row.Partition, row.Log, row.First, "");

    public static LogKey Of(ReaderRow row) => new(row.Partition, row.Log, 0, row.Name);

    public static LogKey Of(ReaderKey key) => new(key.Partition, key.Log, 0, key.Name);
}

/// <summary>Text by its bytes, as the databases have it.</summary>
internal sealed class LogOrder : IComparer<LogKey>
{
    public static LogOrder Instance { get; } = new();

    public int Compare(LogKey x, LogKey y)
    {
        int order = x.Partition.CompareTo(y.Partition);
        if (order == 0)
            order = Utf8Order.Instance.Compare(x.Log, y.Log);
        if (order == 0)
            order = x.Number.CompareTo(y.Number);
        return order != 0 ? order : Utf8Order.Instance.Compare(x.Name, y.Name);
    }
}
