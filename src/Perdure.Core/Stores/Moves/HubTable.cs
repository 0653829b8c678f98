namespace Perdure.Core.Stores.Moves;

/// <summary>What a column holds. Numbers are the same to a digest, however wide a store keeps them.</summary>
internal enum ColumnKind
{
    /// <summary>The partition: it follows from the instance, and no digest looks at it.</summary>
    Partition,
    Int,
    Long,
    Boolean,
    Text,
    Bytes,
}

/// <summary>A column of a table that moves.</summary>
internal readonly record struct HubColumn(string Name, ColumnKind Kind);

/// <summary>
/// A table of a hub, as far as moving it needs to know: its columns, an order in which its rows are the same list in
/// every store, and from where the partition of a row follows.
/// </summary>
internal sealed record HubTable
{
    public required string Name { get; init; }

    public required IReadOnlyList<HubColumn> Columns { get; init; }

    /// <summary>Names of columns. Without the partition, and unique all the same.</summary>
    public required IReadOnlyList<string> Order { get; init; }

    /// <summary>
    /// The column with the id of the instance to which a row belongs; null when it has none, or only the key of the
    /// instance.
    /// </summary>
    public string? IdColumn { get; init; }

    /// <summary>Whether a reader adds the id of the instance, found by its key, as one more cell.</summary>
    public bool IsFoundByKey { get; init; }

    public bool HasPartition => Columns[0].Kind == ColumnKind.Partition;

    public int IndexOf(string column)
    {
        for (int i = 0; i < Columns.Count; i++)
        {
            if (Columns[i].Name == column)
                return i;
        }
        throw new ArgumentOutOfRangeException(nameof(column), column, $"The table {Name} has no such column.");
    }

    public ColumnKind KindOf(string column) => Columns[IndexOf(column)].Kind;

    /// <summary>The cell of a row that holds the id of its instance; −1 when there is none.</summary>
    public int IdCell => IdColumn is { } column ? IndexOf(column) : IsFoundByKey ? Columns.Count : -1;
}
