namespace Perdure.Execution.Entities;

/// <summary>
/// Takes down the one operation that an action asks of a proxy. What it sends is a signal, also where the method
/// returns a task: that one is complete, and without a result.
/// </summary>
internal sealed class SingleSignal : IEntitySender
{
    private readonly List<(string Operation, object? Input)> _sent = [];

    /// <exception cref="InvalidOperationException">
    /// The interface cannot stand for an entity, or the action asked for nothing or for more than one thing.
    /// </exception>
    public static (string Operation, object? Input) Of<TEntityInterface>(
        EntityId entity, Action<TEntityInterface> operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        SingleSignal sender = new();
        operation(EntityProxy.Create<TEntityInterface>(entity, sender));
        return sender._sent is [var only]
            ? only
            : throw new InvalidOperationException(
                $"The action for {entity} called {sender._sent.Count} operations of "
                + $"{TypeText.Of(typeof(TEntityInterface))}; it calls exactly one. Send several signals to send "
                + "several operations.");
    }

    public void Signal(EntityId entity, string operation, object? input) => _sent.Add((operation, input));

    public Task CallAsync(EntityId entity, string operation, object? input)
    {
        Signal(entity, operation, input);
        return Task.CompletedTask;
    }

    public Task<TResult> CallAsync<TResult>(EntityId entity, string operation, object? input)
    {
        Signal(entity, operation, input);
        return Task.FromResult<TResult>(default!);
    }
}
