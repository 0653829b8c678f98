namespace Perdure.Core.Stores.Histories;

/// <summary>An instance as it is stored: its row, and the history of its present generation.</summary>
internal sealed record InstanceHistory(InstanceRow Row, IReadOnlyList<HistoryRow> Rows)
{
    /// <summary>What it weighs, for the bounds of those who hold several.</summary>
    public long Bytes => Rows.Sum(r => (long)r.Events.Length);
}
