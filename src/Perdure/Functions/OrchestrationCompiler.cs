using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Perdure.Json;

namespace Perdure.Functions;

/// <summary>Compiles the call of one orchestration; it takes its context and a logger, and nothing that could differ in a replay.</summary>
internal sealed class OrchestrationCompiler(
    FunctionDescription function, FunctionEnvironment environment, FunctionServices services, List<string> problems)
{
    private static readonly Type[] s_contexts =
        [
            typeof(IDurableOrchestrationContext),
            typeof(DurableOrchestrationContextBase),
            typeof(DurableOrchestrationContext),
        ];

    private readonly ParameterExpression _call = Expression.Parameter(typeof(OrchestrationCall));

    /// <summary>The orchestration, or null after a problem.</summary>
    public OrchestrationFunction? Compile()
    {
        int before = problems.Count;
        FunctionLimits.RefuseOnOrchestration(function, problems);
        FunctionResults.Check(function, problems);
        ConstructorInfo? constructor =
            function.Method.IsStatic ? null : services.Constructor(function.Type, problems);
        Expression?[] arguments = [.. function.Method.GetParameters().Select(Argument)];
        if (problems.Count > before)
            return null;

        Expression? target = function.Method.IsStatic
            ? null
            : Expression.Convert(Expression.Property(_call, nameof(OrchestrationCall.Target)), function.Method.DeclaringType!);
        Expression body = FunctionResults.AsTask(Expression.Call(target, function.Method, arguments!));
        return new(
            function.Name,
            new FunctionTarget(environment.Services, constructor, takesServices: false),
            Expression.Lambda<Func<OrchestrationCall, Task>>(body, _call).Compile(),
            FunctionResults.Reader(
                function.Method, environment.Serializer, new(PayloadRole.OrchestrationOutput, function.Name)));
    }

    private Expression? Argument(ParameterInfo parameter)
    {
        Expression context = Expression.Property(_call, nameof(OrchestrationCall.Context));
        Type type = parameter.ParameterType;
        if (parameter == function.Parameter)
        {
            return s_contexts.Contains(type)
                ? Expression.Convert(context, type)
                : Problem(parameter, $"has the type {TypeText.Of(type)}; [OrchestrationTrigger] goes with IDurableOrchestrationContext");
        }
        if (type == typeof(ILogger))
        {
            Expression logger = Expression.Constant(
                environment.Loggers.CreateLogger($"Function.{function.Name}"), typeof(ILogger));
            return Expression.Call(
                typeof(DurableOrchestrationContextExtensions),
                nameof(DurableOrchestrationContextExtensions.CreateReplaySafeLogger),
                null, context, logger);
        }
        return Problem(parameter, $"has the type {TypeText.Of(type)}. An orchestration takes its context and an ILogger, "
            + "because anything else could make a replay differ; use it in an activity");
    }

    private Expression? Problem(ParameterInfo parameter, string problem)
    {
        problems.Add($"{function.Place}: its parameter '{parameter.Name}' {problem}.");
        return null;
    }
}
