using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Stores;
using Perdure.Core.Turns;

namespace Perdure.Core.Entities;

/// <summary>
/// What the core knows of one entity between turns, which is what its row says: an entity has no history.
/// </summary>
internal sealed class EntityState : InstanceState
{
    public EntityState(string id, int partition) : base(id, partition) => (Name, Key) = EntityInstanceIds.Split(id);

    public string Name { get; }
    public string Key { get; }

    /// <summary>None when the entity does not exist.</summary>
    public Payload State { get; set; }

    /// <summary>Who is in a critical section with it; only the operations that come from there are run.</summary>
    public EntityCaller? Holder { get; set; }

    /// <summary>The time of the last operation; time never runs backwards for an entity.</summary>
    public long Last { get; set; }

    /// <summary>
    /// What the row in the store says once the turns so far are committed; null while there is no row.
    /// </summary>
    public EntityRow? Row { get; private set; }

    public override bool IsLive => !State.IsNone || Holder is not null;

    public static EntityState Of(EntityRow row) => new(row.Id, row.Partition)
    {
        State = row.State,
        Holder = row.Holder,
        Last = row.Last,
        Row = row,
    };

    /// <summary>Brings the row up to the state; an entity without state and lock has none.</summary>
    public void Write(TurnRows rows)
    {
        EntityRow? after = IsLive
            ? new EntityRow
            {
                Partition = Partition,
                Id = Id,
                Name = Name,
                Key = Key,
                State = State,
                Holder = Holder,
                Last = Last,
            }
            : null;
        // What has no row is read as if it had never been.
        if (after is null)
            Last = 0;
        if (after is null && Row is not null)
            rows.DeleteEntity = Id;
        else if (after is not null && after != Row)
            rows.UpsertEntity = after;
        Row = after;
    }
}
