namespace Perdure.Execution.Entities;

/// <summary>What a proxy makes of the calls of its methods.</summary>
internal interface IEntitySender
{
    void Signal(EntityId entity, string operation, object? input);

    Task CallAsync(EntityId entity, string operation, object? input);

    Task<TResult> CallAsync<TResult>(EntityId entity, string operation, object? input);
}
