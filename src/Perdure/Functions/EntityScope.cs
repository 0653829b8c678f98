using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Functions;

/// <summary>
/// What the operations of one batch share: a scope of services, which is made when something asks for it, and the
/// object that the entity's function is called on.
/// </summary>
/// <param name="root">Where the scope comes from.</param>
/// <param name="create">What makes the object; null for a static method.</param>
internal sealed class EntityScope(IServiceProvider root, Func<EntityScope, object>? create) : IAsyncDisposable
{
    private AsyncServiceScope? _scope;
    private object? _target;

    public IServiceProvider Services => (_scope ??= root.CreateAsyncScope()).ServiceProvider;

    /// <summary>
    /// Null for a static method. Its constructor is code of the author; when it throws, the next operation tries again.
    /// </summary>
    public object? Target => _target ??= create?.Invoke(this);

    public async ValueTask DisposeAsync()
    {
        // The scope does not dispose of the object, because it did not make it.
        try
        {
            if (_target is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync();
            else
                (_target as IDisposable)?.Dispose();
        }
        finally
        {
            if (_scope is { } owned)
                await owned.DisposeAsync();
        }
    }
}
