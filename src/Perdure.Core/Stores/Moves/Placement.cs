using Perdure.Core.Identity;

namespace Perdure.Core.Stores.Moves;

/// <summary>
/// Says to which partition of the target a row goes. Rows of one new partition all come from one old partition, so that
/// keys which were unique stay so.
/// </summary>
/// <param name="whose">Whose rows they are, for people.</param>
/// <param name="from">The partitions of whose rows they are.</param>
/// <param name="to">The partitions of the target: as many, or a multiple.</param>
internal sealed class Placement(string whose, int from, int to)
{
    private readonly Dictionary<long, string?> _entities = [];

    /// <summary>
    /// The partition of a row. One whose instance is gone (a history that waits to be swept) belongs to nobody; it
    /// stays where it was.
    /// </summary>
    /// <exception cref="StoreException">The row does not stand where its instance is.</exception>
    public int Of(HubTable table, Cell[] row)
    {
        int old = (int)row[0].Number;
        if (IdOf(table, row) is not { } id)
            return old;
        int placed = InstanceIds.Partition(id, to);
        return placed % from == old
            ? placed
            : throw new StoreException(
                $"In {whose} a row of the table {table.Name} for the instance '{id}' stands in partition "
                + $"{old}, which is not the partition of that instance: it is damaged. Restore a backup.");
    }

    /// <summary>
    /// The row of a piece of work of an entity names a number that is made of the id of the entity; returns whether
    /// this is one, so that the id has to be found.
    /// </summary>
    public bool Wants(long taskKey)
    {
        if (taskKey < 0)
            _entities[taskKey] = null;
        return taskKey < 0;
    }

    /// <summary>An entity that there is; it may be one that is wanted.</summary>
    public void Know(string id)
    {
        if (EntityInstanceIds.Is(id) && _entities.ContainsKey(EntityInstanceIds.TaskKey(id)))
            _entities[EntityInstanceIds.TaskKey(id)] = id;
    }

    private string? IdOf(HubTable table, Cell[] row)
    {
        if (row[table.IdCell] is { IsNull: false } id)
            return id.Text;
        return table.Name == "tasks" ? _entities.GetValueOrDefault(row[table.IndexOf("key")].Number) : null;
    }
}
