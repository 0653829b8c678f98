using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Perdure.Functions;

/// <summary>What compiling the call of a method needs, whatever kind of function it is.</summary>
internal sealed class MethodCompiler(
    FunctionDescription function, FunctionEnvironment environment, FunctionServices services, List<string> problems)
{
    private static readonly Type[] s_clients =
        [
            typeof(IDurableClient), typeof(IDurableOrchestrationClient), typeof(IDurableEntityClient),
            typeof(DurableOrchestrationClientBase), typeof(DurableOrchestrationClient),
        ];

    private readonly int _problemsBefore = problems.Count;

    /// <summary>What makes the object that the method is called on; null for a static method.</summary>
    public ConstructorInfo? Constructor { get; private set; }

    /// <summary>The logger of the function, as <see cref="ILogger"/>.</summary>
    public Expression Logger =>
        Expression.Constant(environment.Loggers.CreateLogger($"Function.{function.Name}"), typeof(ILogger));

    /// <summary>The call of the method; null when the function has had a problem since this was made.</summary>
    /// <param name="target">What gives the object; not used for a static method.</param>
    /// <param name="argument">What gives the value of a parameter; null after a problem.</param>
    public MethodCallExpression? Call(Expression target, Func<ParameterInfo, Expression?> argument)
    {
        MethodInfo method = function.Method;
        if (!method.IsStatic)
            Constructor = services.Constructor(function.Type, problems);
        Expression?[] arguments = [.. method.GetParameters().Select(argument)];
        if (problems.Count > _problemsBefore)
            return null;
        return Expression.Call(
            method.IsStatic ? null : Expression.Convert(target, method.DeclaringType!), method, arguments!);
    }

    /// <summary>A client of the hub, where the parameter asks for one that this host has.</summary>
    public Expression? Client(ParameterInfo parameter, DurableClientAttribute attribute)
    {
        if (!s_clients.Contains(parameter.ParameterType))
            return Problem(parameter, "is no client; [DurableClient] goes with IDurableClient, "
                + "IDurableOrchestrationClient or IDurableEntityClient");
        if (attribute.ConnectionName is not null)
            return Problem(parameter, "asks for another connection, but this host has one store only; "
                + "leave ConnectionName out");
        if (attribute.TaskHub is { } hub && !hub.Equals(environment.TaskHub, StringComparison.OrdinalIgnoreCase))
            return Problem(parameter, $"asks for the task hub '{hub}', "
                + $"but this host has '{environment.TaskHub}' only");
        if (!services.Has(typeof(IDurableClient)))
            return Problem(parameter, "needs IDurableClient, and no such service is registered");
        // Asked for when called, because the client may be made after the functions.
        Expression client = GetService(typeof(IDurableClient), Expression.Constant(environment.Services));
        return Expression.Convert(client, parameter.ParameterType);
    }

    /// <summary>A service of the scope that the call has.</summary>
    /// <param name="scope">What gives the <see cref="IServiceProvider"/> of the scope.</param>
    /// <param name="taken">What a function of this kind takes, for the problem.</param>
    public Expression? Service(ParameterInfo parameter, Expression scope, string taken)
    {
        Type type = parameter.ParameterType;
        if (!services.Has(parameter))
            return Problem(
                parameter, $"has the type {TypeText.Of(type)}, and no such service is registered. {taken}");
        Expression provider = Expression.Convert(scope, typeof(IServiceProvider));
        return parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed
            ? Expression.Call(
                typeof(ServiceProviderKeyedServiceExtensions),
                nameof(ServiceProviderKeyedServiceExtensions.GetRequiredKeyedService),
                [type], provider, Expression.Constant(keyed.Key, typeof(object)))
            : GetService(type, provider);
    }

    private static MethodCallExpression GetService(Type type, Expression provider) =>
        Expression.Call(
            typeof(ServiceProviderServiceExtensions),
            nameof(ServiceProviderServiceExtensions.GetRequiredService),
            [type], provider);

    public Expression? Problem(ParameterInfo parameter, string problem)
    {
        problems.Add($"{function.Place}: its parameter '{parameter.Name}' {problem}.");
        return null;
    }
}
