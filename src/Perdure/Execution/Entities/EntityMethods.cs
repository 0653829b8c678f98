using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Perdure.Core.History;
using Perdure.Functions;
using Perdure.Json;

namespace Perdure.Execution.Entities;

/// <summary>A method that is an operation, compiled.</summary>
/// <param name="Call">Takes the object and the input, and gives the result.</param>
/// <param name="ReturnsValue">Whether there is a result; otherwise what the code has answered itself counts.</param>
internal sealed record EntityMethod(Func<object, Payload, ValueTask<Payload>> Call, bool ReturnsValue);

/// <summary>
/// The operations of a class: its methods by name in any case, public or not, and after them those of its interfaces.
/// Each is compiled when it is first called.
/// </summary>
internal sealed class EntityMethods
{
    private readonly string _entity;
    private readonly PayloadSerializer _serializer;
    private readonly ILookup<string, MethodInfo> _own;
    private readonly ILookup<string, MethodInfo> _ofInterfaces;
    private readonly ConcurrentDictionary<MethodInfo, EntityMethod> _compiled = new();

    // By the names that the methods have: how else a sender may spell them is not worth remembering.
    private readonly ConcurrentDictionary<string, EntityMethod> _byName = new();

    public EntityMethods(Type type, string entity, PayloadSerializer serializer)
    {
        (_entity, _serializer) = (entity, serializer);
        const BindingFlags instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        _own = type.GetMethods(instance).Where(IsOperation)
            .ToLookup(m => m.Name, StringComparer.OrdinalIgnoreCase);
        _ofInterfaces = type.GetInterfaces().SelectMany(i => i.GetMethods(instance)).Where(IsOperation)
            .ToLookup(m => m.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <exception cref="InvalidOperationException">There are several, or it is none for an operation.</exception>
    public EntityMethod? Find(string operation)
    {
        if (_byName.TryGetValue(operation, out EntityMethod? known))
            return known;
        if ((One(_own[operation], operation) ?? One(_ofInterfaces[operation], operation)) is not { } method)
            return null;
        EntityMethod compiled = _compiled.GetOrAdd(method, Compile);
        if (method.Name == operation)
            _byName.TryAdd(operation, compiled);
        return compiled;
    }

    /// <summary>Not accessors, nor what the compiler makes, nor what every object has.</summary>
    private static bool IsOperation(MethodInfo method) =>
        !method.IsSpecialName && !method.Name.Contains('.', StringComparison.Ordinal)
        && !method.IsDefined(typeof(CompilerGeneratedAttribute))
        && method.GetBaseDefinition().DeclaringType != typeof(object);

    private MethodInfo? One(IEnumerable<MethodInfo> named, string operation)
    {
        MethodInfo[] methods = [.. named];
        // Of names that differ in case only, the one that is spelled like the operation; of methods that hide each
        // other, the one that C# would call.
        if (methods.Length > 1 && methods.Any(m => m.Name == operation))
            methods = [.. methods.Where(m => m.Name == operation)];
        if (methods.Length > 1)
            methods = [.. methods.Where(m => !methods.Any(o => o.DeclaringType!.IsSubclassOf(m.DeclaringType!)))];
        if (methods.Length > 1)
            throw Wrong(methods[0], "is there more than once; an operation is one method, without overloads");
        return methods is [MethodInfo only] ? only : null;
    }

    private EntityMethod Compile(MethodInfo method)
    {
        ParameterInfo[] parameters = method.GetParameters();
        if (method.ContainsGenericParameters)
            throw Wrong(method, "is generic");
        if (parameters.Length > 1)
            throw Wrong(method, $"has {parameters.Length} parameters, and an operation has one input at most; several "
                + "values travel as a tuple or a record");
        if (FunctionResults.Problem(method) is { } resultProblem)
            throw Wrong(method, resultProblem);
        ParameterExpression target = Expression.Parameter(typeof(object));
        ParameterExpression input = Expression.Parameter(typeof(Payload));
        MethodCallExpression call = Expression.Call(
            Expression.Convert(target, method.DeclaringType!), method, parameters.Select(p => Argument(p, input)));
        Expression body = FunctionResults.AsPayload(
            call, _serializer, new PayloadPlace(PayloadRole.OperationResult, _entity, method.Name));
        return new EntityMethod(
            Expression.Lambda<Func<object, Payload, ValueTask<Payload>>>(body, target, input).Compile(),
            FunctionResults.ValueType(method) is not null);
    }

    private Expression Argument(ParameterInfo parameter, ParameterExpression input)
    {
        MethodInfo method = (MethodInfo)parameter.Member;
        Type type = parameter.ParameterType;
        if (JsonContract.Problem(type, reading: true) is { } problem)
            throw Wrong(method, $"has a parameter '{parameter.Name}' that {problem}");
        Expression value = Expression.Call(
            Expression.Constant(_serializer), nameof(PayloadSerializer.Deserialize), [type], input,
            Expression.Constant(new PayloadPlace(PayloadRole.OperationInput, _entity, method.Name)));
        if (!parameter.HasDefaultValue || parameter.DefaultValue is null)
            return value;
        Expression standard = Expression.Convert(Expression.Constant(parameter.DefaultValue), type);
        return Expression.Condition(Expression.Property(input, nameof(Payload.IsNone)), standard, value);
    }

    private InvalidOperationException Wrong(MethodInfo method, string problem) => new(
        $"The method {method.Name} of {TypeText.Of(method.DeclaringType!)} cannot be an operation of entity "
        + $"'{_entity}': it {problem}.");
}
