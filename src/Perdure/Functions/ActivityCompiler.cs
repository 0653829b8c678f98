using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Perdure.Core.History;
using Perdure.Functions.Triggers;
using Perdure.Json;

namespace Perdure.Functions;

/// <summary>Compiles the call of one activity: every parameter has an expression that gives its value.</summary>
internal sealed class ActivityCompiler(
    FunctionDescription function, FunctionEnvironment environment, FunctionServices services, List<string> problems)
{
    private static readonly Type[] s_contexts =
        [typeof(IDurableActivityContext), typeof(DurableActivityContextBase), typeof(DurableActivityContext)];

    private readonly ParameterExpression _call = Expression.Parameter(typeof(ActivityCall));
    private readonly MethodCompiler _method = new(function, environment, services, problems);
    private bool _takesServices;
    private Type? _inputType;

    /// <summary>The activity, or null after a problem.</summary>
    public ActivityFunction? Compile()
    {
        TimeSpan? timeout = FunctionLimits.Timeout(function, environment, problems);
        int? concurrency = FunctionLimits.Concurrency(function, environment, problems);
        FunctionResults.Check(function, problems);
        if (_method.Call(Expression.Property(_call, nameof(ActivityCall.Target)), Argument) is not { } call)
            return null;
        Expression body = FunctionResults.AsPayload(
            call, environment.Serializer, new(PayloadRole.ActivityResult, function.Name));
        return new(
            function.Name,
            timeout,
            concurrency,
            new FunctionTarget(environment.Services, _method.Constructor, _takesServices),
            Expression.Lambda<Func<ActivityCall, ValueTask<Payload>>>(body, _call).Compile())
        {
            InputType = _inputType,
            SharedLimit = environment.Limits?.Of(function, problems),
            Circuits = CircuitBindings.OfDependencies(function, environment.Circuits, problems),
        };
    }

    private Expression? Argument(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (type.IsByRef || type.IsByRefLike || type.IsPointer || type.IsFunctionPointer)
            return _method.Problem(parameter, "is passed by reference or lives on the stack only");
        if (function.IsTriggered(parameter))
            return Trigger(parameter);
        if (parameter.GetCustomAttribute<DurableClientAttribute>() is { } client)
            return _method.Client(parameter, client);
        if (type == typeof(ILogger))
            return _method.Logger;
        if (type == typeof(CancellationToken))
            return Expression.Property(Context, nameof(IDurableActivityContext.CancellationToken));
        return Service(parameter);
    }

    private MemberExpression Context => Expression.Property(_call, nameof(ActivityCall.Context));

    private Expression? Trigger(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (s_contexts.Contains(type))
            return Expression.Convert(Context, type);
        if (JsonContract.Problem(type, reading: true) is { } problem)
            return _method.Problem(parameter, $"{problem}; [ActivityTrigger] goes with IDurableActivityContext "
                + "or a type that can be read from JSON");
        _inputType = type;
        return Expression.Call(
            Expression.Constant(environment.Serializer),
            nameof(PayloadSerializer.Deserialize),
            [type],
            Expression.Property(_call, nameof(ActivityCall.Input)),
            Expression.Constant(new PayloadPlace(PayloadRole.ActivityInput, function.Name)));
    }

    private Expression? Service(ParameterInfo parameter)
    {
        _takesServices = true;
        return _method.Service(
            parameter, Expression.Property(_call, nameof(ActivityCall.Services)),
            "An activity takes its trigger, ILogger, CancellationToken, clients with [DurableClient] and services");
    }
}
