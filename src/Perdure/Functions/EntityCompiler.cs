using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Perdure.Functions;

/// <summary>Compiles the call of one entity: every parameter has an expression that gives its value.</summary>
internal sealed class EntityCompiler(
    FunctionDescription function, FunctionEnvironment environment, FunctionServices services, List<string> problems)
{
    private readonly ParameterExpression _call = Expression.Parameter(typeof(EntityCall));
    private readonly MethodCompiler _method = new(function, environment, services, problems);

    /// <summary>The entity, or null after a problem.</summary>
    public EntityFunction? Compile()
    {
        FunctionLimits.Refuse(function, "an entity", problems);
        if (FunctionResults.ValueType(function.Method) is { } value)
        {
            problems.Add($"{function.Place} returns {TypeText.Of(value)}; an entity answers with context.Return, and "
                + "its function returns void, Task or ValueTask.");
            return null;
        }
        if (_method.Call(Expression.Property(Scope, nameof(EntityScope.Target)), Argument) is not { } call)
            return null;
        return new(
            function.Name,
            environment.Services,
            _method.Constructor is { } constructor ? Creator(constructor) : null,
            Expression.Lambda<Func<EntityCall, Task>>(FunctionResults.AsTask(call), _call).Compile());
    }

    /// <summary>A constructor that wants nothing does not make a scope.</summary>
    private static Func<EntityScope, object> Creator(ConstructorInfo constructor)
    {
        Func<IServiceProvider, object> create = FunctionTarget.Creator(constructor);
        return constructor.GetParameters().Length == 0 ? _ => create(null!) : scope => create(scope.Services);
    }

    private MemberExpression Scope => Expression.Property(_call, nameof(EntityCall.Scope));

    private Expression? Argument(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (type.IsByRef || type.IsByRefLike || type.IsPointer || type.IsFunctionPointer)
            return _method.Problem(parameter, "is passed by reference or lives on the stack only");
        if (function.IsTriggered(parameter))
        {
            return type == typeof(IDurableEntityContext)
                ? Expression.Property(_call, nameof(EntityCall.Context))
                : _method.Problem(parameter, $"has the type {TypeText.Of(type)}; "
                    + "[EntityTrigger] goes with IDurableEntityContext");
        }
        if (parameter.GetCustomAttribute<DurableClientAttribute>() is { } client)
            return _method.Client(parameter, client);
        if (type == typeof(ILogger))
            return _method.Logger;
        if (type == typeof(CancellationToken))
            return Expression.Property(_call, nameof(EntityCall.Stopping));
        return _method.Service(
            parameter, Expression.Property(Scope, nameof(EntityScope.Services)),
            "An entity takes its trigger, ILogger, CancellationToken, clients with [DurableClient] and services");
    }
}
