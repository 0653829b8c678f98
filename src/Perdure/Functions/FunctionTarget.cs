using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Functions;

/// <summary>
/// The object that a function's method is called on, and the scope of services that the call needs. A static method
/// without services needs neither, and then nothing is allocated.
/// </summary>
internal sealed class FunctionTarget
{
    private readonly IServiceProvider _root;
    private readonly bool _scoped;
    private readonly Func<IServiceProvider, object>? _create;

    /// <param name="root">Where scopes come from.</param>
    /// <param name="constructor">What makes the object; null for a static method.</param>
    /// <param name="takesServices">Whether the method has parameters that are services.</param>
    public FunctionTarget(IServiceProvider root, ConstructorInfo? constructor, bool takesServices)
    {
        _root = root;
        _scoped = takesServices || constructor?.GetParameters().Length > 0;
        _create = constructor is null ? null : Creator(constructor);
    }

    /// <summary>Whether a call needs <see cref="Open()"/> at all.</summary>
    public bool IsNeeded => _scoped || _create is not null;

    /// <summary>Makes the scope; the object is made when the call asks for it.</summary>
    public FunctionInstance Open()
    {
        AsyncServiceScope? scope = _scoped ? _root.CreateAsyncScope() : null;
        return new(_create, scope?.ServiceProvider ?? _root, scope);
    }

    /// <summary>The same on a scope that somebody else made and disposes of.</summary>
    public FunctionInstance Open(IServiceProvider scope) => new(_create, scope, scope: null);

    /// <summary>What makes an object by a constructor, with its arguments from services.</summary>
    public static Func<IServiceProvider, object> Creator(ConstructorInfo constructor)
    {
        Type type = constructor.DeclaringType!;
        if (constructor.GetParameters().Length == 0)
            return Expression.Lambda<Func<IServiceProvider, object>>(
                Expression.New(constructor), Expression.Parameter(typeof(IServiceProvider))).Compile();

        ObjectFactory factory = ActivatorUtilities.CreateFactory(type, Type.EmptyTypes);
        return services => factory(services, null);
    }
}

/// <summary>An object with functions and its scope, alive for one call or for one session.</summary>
/// <param name="create">What makes the object; null for static methods.</param>
/// <param name="services">The services of the scope, or the root ones.</param>
/// <param name="scope">The scope, if there is one.</param>
internal sealed class FunctionInstance(
    Func<IServiceProvider, object>? create, IServiceProvider services, AsyncServiceScope? scope) : IAsyncDisposable
{
    private object? _object;

    public IServiceProvider Services => services;

    /// <summary>Makes the object; its constructor is code of the author, and may throw.</summary>
    public object? Create() => _object = create?.Invoke(services);

    public async ValueTask DisposeAsync()
    {
        // The scope does not dispose of the object, because it did not make it.
        try
        {
            if (_object is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync();
            else
                (_object as IDisposable)?.Dispose();
        }
        finally
        {
            if (scope is { } owned)
                await owned.DisposeAsync();
        }
    }
}
