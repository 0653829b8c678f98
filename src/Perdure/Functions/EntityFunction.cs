namespace Perdure.Functions;

/// <summary>An entity, ready to run operations: no reflection is left.</summary>
internal sealed class EntityFunction(
    string name,
    IServiceProvider services,
    Func<EntityScope, object>? create,
    Func<EntityCall, Task> call)
{
    public string Name => name;

    /// <summary>For one batch of operations.</summary>
    public EntityScope Open() => new(services, create);

    /// <summary>
    /// Runs one operation. What it throws, also before its first await, is thrown by the task, and is what the author
    /// threw.
    /// </summary>
    public Task RunAsync(EntityScope scope, IDurableEntityContext context, CancellationToken stopping)
    {
        try
        {
            return call(new(scope, context, stopping));
        }
        catch (Exception e)
        {
            return Task.FromException(e);
        }
    }
}
