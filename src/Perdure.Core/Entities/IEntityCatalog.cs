namespace Perdure.Core.Entities;

/// <summary>Which entities the executors of this node have the code of.</summary>
internal interface IEntityCatalog
{
    /// <param name="name">The name of the entity, in lower case.</param>
    bool OffersEntity(string name);
}
