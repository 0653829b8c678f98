using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perdure.Core.History;
using Perdure.Json;

namespace Perdure.Functions;

/// <summary>Compiles the call of one activity: every parameter has an expression that gives its value.</summary>
internal sealed class ActivityCompiler(
    FunctionDescription function, FunctionEnvironment environment, FunctionServices services, List<string> problems)
{
    private static readonly Type[] s_contexts =
        [typeof(IDurableActivityContext), typeof(DurableActivityContextBase), typeof(DurableActivityContext)];

    private static readonly Type[] s_clients =
        [
            typeof(IDurableClient), typeof(IDurableOrchestrationClient),
            typeof(DurableOrchestrationClientBase), typeof(DurableOrchestrationClient),
        ];

    private readonly ParameterExpression _call = Expression.Parameter(typeof(ActivityCall));
    private readonly MethodCompiler _method = new(function, environment, services, problems);
    private bool _takesServices;

    /// <summary>The activity, or null after a problem.</summary>
    public ActivityFunction? Compile()
    {
        TimeSpan? timeout = FunctionLimits.Timeout(function, problems);
        int? concurrency = FunctionLimits.Concurrency(function, problems);
        if (_method.Call(Expression.Property(_call, nameof(ActivityCall.Target)), Argument) is not { } call)
            return null;
        Expression body = FunctionResults.AsPayload(
            call, environment.Serializer, new(PayloadRole.ActivityResult, function.Name));
        return new(
            function.Name,
            timeout,
            concurrency,
            new FunctionTarget(environment.Services, _method.Constructor, _takesServices),
            Expression.Lambda<Func<ActivityCall, ValueTask<Payload>>>(body, _call).Compile());
    }

    private Expression? Argument(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (type.IsByRef || type.IsByRefLike || type.IsPointer || type.IsFunctionPointer)
            return _method.Problem(parameter, "is passed by reference or lives on the stack only");
        if (function.IsTriggered(parameter))
            return Trigger(parameter);
        if (parameter.GetCustomAttribute<DurableClientAttribute>() is { } client)
            return Client(parameter, client);
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
        return Expression.Call(
            Expression.Constant(environment.Serializer),
            nameof(PayloadSerializer.Deserialize),
            [type],
            Expression.Property(_call, nameof(ActivityCall.Input)),
            Expression.Constant(new PayloadPlace(PayloadRole.ActivityInput, function.Name)));
    }

    private Expression? Client(ParameterInfo parameter, DurableClientAttribute attribute)
    {
        if (!s_clients.Contains(parameter.ParameterType))
            return _method.Problem(parameter, "is no client; "
                + "[DurableClient] goes with IDurableClient or IDurableOrchestrationClient");
        if (attribute.ConnectionName is not null)
            return _method.Problem(parameter, "asks for another connection, but this host has one store only; "
                + "leave ConnectionName out");
        if (attribute.TaskHub is { } hub && !hub.Equals(environment.TaskHub, StringComparison.OrdinalIgnoreCase))
            return _method.Problem(parameter, $"asks for the task hub '{hub}', "
                + $"but this host has '{environment.TaskHub}' only");
        if (!services.Has(typeof(IDurableClient)))
            return _method.Problem(parameter, "needs IDurableClient, and no such service is registered");
        // Asked for when called, because the client may be made after the functions.
        Expression client = GetService(typeof(IDurableClient), Expression.Constant(environment.Services));
        return Expression.Convert(client, parameter.ParameterType);
    }

    private Expression? Service(ParameterInfo parameter)
    {
        if (!services.Has(parameter))
        {
            return _method.Problem(parameter, $"has the type {TypeText.Of(parameter.ParameterType)}, "
                + "and no such service is registered. An activity takes its trigger, ILogger, CancellationToken, "
                + "clients with [DurableClient] and services");
        }
        _takesServices = true;
        Expression scope = Expression.Convert(
            Expression.Property(_call, nameof(ActivityCall.Services)), typeof(IServiceProvider));
        return parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed
            ? Expression.Call(
                typeof(ServiceProviderKeyedServiceExtensions),
                nameof(ServiceProviderKeyedServiceExtensions.GetRequiredKeyedService),
                [parameter.ParameterType], scope, Expression.Constant(keyed.Key, typeof(object)))
            : GetService(parameter.ParameterType, scope);
    }

    private static MethodCallExpression GetService(Type type, Expression provider) =>
        Expression.Call(
            typeof(ServiceProviderServiceExtensions),
            nameof(ServiceProviderServiceExtensions.GetRequiredService),
            [type], provider);
}
