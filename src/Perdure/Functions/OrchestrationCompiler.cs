using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Perdure.Json;

namespace Perdure.Functions;

/// <summary>
/// Compiles the call of one orchestration; it takes its context and a logger, and nothing that could differ in a
/// replay.
/// </summary>
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
    private readonly MethodCompiler _method = new(function, environment, services, problems);

    /// <summary>The orchestration, or null after a problem.</summary>
    public OrchestrationFunction? Compile()
    {
        FunctionLimits.Refuse(function, "an orchestration", problems);
        FunctionResults.Check(function, problems);
        if (_method.Call(Expression.Property(_call, nameof(OrchestrationCall.Target)), Argument) is not { } call)
            return null;
        return new(
            function.Name,
            new FunctionTarget(environment.Services, _method.Constructor, takesServices: false),
            Expression.Lambda<Func<OrchestrationCall, Task>>(FunctionResults.AsTask(call), _call).Compile(),
            FunctionResults.Reader(
                function.Method, environment.Serializer, new(PayloadRole.OrchestrationOutput, function.Name)))
        {
            Version = function.Version,
        };
    }

    private Expression? Argument(ParameterInfo parameter)
    {
        Expression context = Expression.Property(_call, nameof(OrchestrationCall.Context));
        Type type = parameter.ParameterType;
        if (function.IsTriggered(parameter))
        {
            return s_contexts.Contains(type)
                ? Expression.Convert(context, type)
                : _method.Problem(parameter, $"has the type {TypeText.Of(type)}; "
                    + "[OrchestrationTrigger] goes with IDurableOrchestrationContext");
        }
        if (type == typeof(ILogger))
        {
            return Expression.Call(
                typeof(DurableOrchestrationContextExtensions),
                nameof(DurableOrchestrationContextExtensions.CreateReplaySafeLogger),
                null, context, _method.Logger);
        }
        return _method.Problem(parameter, $"has the type {TypeText.Of(type)}. "
            + "An orchestration takes its context and an ILogger, because anything else could make a replay differ; "
            + "use it in an activity");
    }
}
