using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Linq.Expressions;
using System.Reflection;

namespace Perdure.Execution.Entities;

/// <summary>
/// An interface that stands for an entity, checked and compiled once: each of its methods, the inherited ones included,
/// is an operation.
/// </summary>
internal sealed class EntityInterface
{
    private static readonly ConcurrentDictionary<Type, EntityInterface> s_known = new();
    private static readonly ConcurrentDictionary<Type, string> s_names = new();

    // By handle, because reflection may give several objects for one method.
    private readonly FrozenDictionary<RuntimeMethodHandle, Sending> _methods;

    private EntityInterface(Type type)
    {
        if (!type.IsInterface)
            throw Wrong(type, "it is not an interface");
        MethodInfo[] methods = [.. type.GetInterfaces().Prepend(type).SelectMany(MethodsOf)];
        if (methods.Length == 0)
            throw Wrong(type, "it has no methods");
        foreach (MethodInfo method in methods)
        {
            if (Problem(method) is { } problem)
                throw Wrong(type, problem);
        }
        _methods = methods.ToFrozenDictionary(m => m.MethodHandle, Compile);
    }

    private delegate object? Sending(IEntitySender sender, EntityId entity, object? input);

    /// <exception cref="InvalidOperationException">The type is no interface that can stand for an entity.</exception>
    public static EntityInterface Of(Type type) => s_known.GetOrAdd(type, static t => new EntityInterface(t));

    /// <summary>
    /// The name of the entity for which an interface stands by itself: that of the only class in its assembly that
    /// implements it.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is none, or more than one.</exception>
    public static string NameOf(Type type)
    {
        // A type that cannot stand for an entity at all is told so first.
        Of(type);
        return s_names.GetOrAdd(type, static t =>
        {
            Type[] classes = [.. TypesOf(t.Assembly)
                .Where(c => c is { IsClass: true, IsAbstract: false } && t.IsAssignableFrom(c))];
            return classes is [Type only]
                ? only.Name
                : throw new InvalidOperationException(
                    $"{TypeText.Of(t)} does not say which entity it stands for: "
                    + (classes.Length == 0
                        ? "no class in its assembly implements it. "
                        : $"{string.Join(" and ", classes.Select(TypeText.Of))} implement it. ")
                    + "Give an EntityId in place of the key.");
        });
    }

    public object? Send(MethodInfo method, IEntitySender sender, EntityId entity, object? input) =>
        _methods[method.MethodHandle](sender, entity, input);

    private static MethodInfo[] MethodsOf(Type type) =>
        type.GetMethods(
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
            | BindingFlags.DeclaredOnly);

    private static string? Problem(MethodInfo method)
    {
        if (method.IsSpecialName)
            return $"{method.Name} belongs to a property or an event, and it may have methods only";
        if (method.IsStatic)
            return $"its method {method.Name} is static";
        if (method.IsGenericMethodDefinition)
            return $"its method {method.Name} is generic";
        ParameterInfo[] parameters = method.GetParameters();
        if (parameters.Length > 1)
            return $"its method {method.Name} has {parameters.Length} parameters, and an operation has one input at "
                + "most; several values travel as a tuple or a record";
        if (parameters is [{ ParameterType: { IsByRef: true } or { IsByRefLike: true } or { IsPointer: true } }])
            return $"the parameter of its method {method.Name} is passed by reference or lives on the stack only";
        Type result = method.ReturnType;
        return result == typeof(void) || result == typeof(Task) || IsTaskOfValue(result)
            ? null
            : $"its method {method.Name} returns {TypeText.Of(result)}, and not void, Task or Task<T>";
    }

    private static bool IsTaskOfValue(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>);

    private static Sending Compile(MethodInfo method)
    {
        ParameterExpression sender = Expression.Parameter(typeof(IEntitySender));
        ParameterExpression entity = Expression.Parameter(typeof(EntityId));
        ParameterExpression input = Expression.Parameter(typeof(object));
        Type[] results = IsTaskOfValue(method.ReturnType) ? method.ReturnType.GetGenericArguments() : [];
        string how = method.ReturnType == typeof(void) ? nameof(IEntitySender.Signal) : nameof(IEntitySender.CallAsync);
        Expression call = Expression.Call(sender, how, results, entity, Expression.Constant(method.Name), input);
        if (call.Type == typeof(void))
            call = Expression.Block(call, Expression.Constant(null));
        return Expression.Lambda<Sending>(call, sender, entity, input).Compile();
    }

    private static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            return e.Types.OfType<Type>();
        }
    }

    private static InvalidOperationException Wrong(Type type, string problem) => new(
        $"{TypeText.Of(type)} cannot stand for an entity: {problem}. An interface of an entity has nothing but methods "
        + "with at most one parameter that return void, Task or Task<T>.");
}
