using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Perdure.Core.History;
using Perdure.Execution;
using Perdure.Json;
using Perdure.Runtime.Queues;

namespace Perdure.Functions.Queues;

/// <summary>Compiles the call of one queue function: every parameter has an expression that gives its value.</summary>
internal sealed class QueueCompiler(
    FunctionDescription function, FunctionEnvironment environment, FunctionServices services, List<string> problems)
{
    private const string Takes = "A queue function takes its trigger, id, dequeueCount, insertionTime, queueTrigger "
        + "and sessionId by name, QueueMessage, ILogger, CancellationToken, RetryContext, clients with "
        + "[DurableClient], outputs with [Queue] and services";

    private readonly ParameterExpression _call = Expression.Parameter(typeof(ActivityCall));
    private readonly MethodCompiler _method = new(function, environment, services, problems);
    private readonly QueueSettings _settings = new(function, environment, problems);
    private readonly List<(ParameterExpression Value, string Queue)> _outs = [];
    private bool _takesServices;

    /// <summary>The function, or null after a problem.</summary>
    public QueueFunction? Compile()
    {
        QueueTriggerAttribute trigger = (QueueTriggerAttribute)function.Trigger;
        TimeSpan? timeout = FunctionLimits.Timeout(function, problems);
        int inHandMax = FunctionLimits.Concurrency(function, problems) ?? _settings.InHandMax(trigger);
        string? queue = _settings.Queue(trigger.QueueName);
        string? returns = Returns();
        if (_settings.Consumer(queue, trigger) is not { } consumer
            || _method.Call(Expression.Property(_call, nameof(ActivityCall.Target)), Argument) is not { } call)
            return null;
        ActivityFunction code = new(
            function.Name,
            timeout,
            inHandMax,
            new FunctionTarget(environment.Services, _method.Constructor, _takesServices),
            Expression.Lambda<Func<ActivityCall, ValueTask<Payload>>>(Body(call), _call).Compile());
        return new QueueFunction(consumer, code, inHandMax, returns);
    }

    /// <summary>What stands in <c>out</c> parameters is there when the method has returned, and only then.</summary>
    private Expression Body(MethodCallExpression call)
    {
        Expression result = FunctionResults.AsPayload(
            call, environment.Serializer, new(PayloadRole.QueueMessage, function.Name));
        if (_outs.Count == 0)
            return result;
        ParameterExpression kept = Expression.Variable(result.Type);
        return Expression.Block(
            [kept, .. _outs.Select(o => o.Value)],
            [
                Expression.Assign(kept, result),
                .. _outs.Select(o => Static(
                    nameof(QueueValues.Send), o.Value.Type, Delivery, Expression.Constant(environment.Serializer),
                    Expression.Constant(o.Queue), o.Value)),
                kept,
            ]);
    }

    private MemberExpression Delivery => Expression.Property(
        Expression.Convert(Expression.Property(_call, nameof(ActivityCall.Context)), typeof(ActivityCallContext)),
        nameof(ActivityCallContext.Delivery));

    private string? Returns()
    {
        QueueAttribute? output = function.Method.ReturnParameter.GetCustomAttribute<QueueAttribute>();
        Type? value = FunctionResults.ValueType(function.Method);
        if (output is not null && value is not null)
        {
            FunctionResults.Check(function, problems);
            return _settings.Queue(output.QueueName);
        }
        if (output is not null)
            problems.Add($"{function.Place} returns nothing that could go to the queue '{output.QueueName}'.");
        else if (value is not null)
        {
            problems.Add($"{function.Place} returns {TypeText.Of(value)}, and nobody takes it; return void, Task or "
                + "ValueTask, or say with [return: Queue(\"name\")] where it goes.");
        }
        return null;
    }

    private Expression? Argument(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        QueueAttribute? output = parameter.GetCustomAttribute<QueueAttribute>();
        if (output is not null)
            return Output(parameter, output);
        if (type.IsByRef || type.IsByRefLike || type.IsPointer || type.IsFunctionPointer)
            return _method.Problem(parameter, "is passed by reference or lives on the stack only");
        if (function.IsTriggered(parameter))
            return Trigger(parameter);
        if (parameter.GetCustomAttribute<DurableClientAttribute>() is { } client)
        {
            return _method.Client(parameter, client) is null
                ? null
                : Expression.Convert(
                    Expression.Property(Delivery, nameof(Perdure.Runtime.Queues.Delivery.Client)), type);
        }
        if (type == typeof(ILogger))
            return _method.Logger;
        if (type == typeof(CancellationToken))
        {
            return Expression.Property(
                Expression.Property(_call, nameof(ActivityCall.Context)),
                nameof(IDurableActivityContext.CancellationToken));
        }
        if (type == typeof(QueueMessage))
            return Static(nameof(QueueValues.Whole), null, Delivery);
        if (type == typeof(RetryContext))
            return Expression.Property(Delivery, nameof(Perdure.Runtime.Queues.Delivery.Retries));
        return Metadata(parameter) ?? Service(parameter);
    }

    private Expression? Trigger(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (type == typeof(string))
            return Static(nameof(QueueValues.Text), null, Delivery);
        if (type == typeof(byte[]))
            return Static(nameof(QueueValues.Bytes), null, Delivery);
        if (type == typeof(QueueMessage))
            return Static(nameof(QueueValues.Whole), null, Delivery);
        if (JsonContract.Problem(type, reading: true) is { } problem)
            return _method.Problem(parameter, $"{problem}; [QueueTrigger] goes with string, byte[], QueueMessage or a "
                + "type that can be read from JSON");
        return Static(nameof(QueueValues.Read), type, Delivery, Expression.Constant(environment.Serializer));
    }

    private Expression? Metadata(ParameterInfo parameter)
    {
        MemberExpression item = Expression.Property(Delivery, nameof(Perdure.Runtime.Queues.Delivery.Item));
        Expression? value = parameter.Name?.ToUpperInvariant() switch
        {
            "ID" => Expression.Property(item, nameof(Core.Messages.Message.QueueItem.Id)),
            "SESSIONID" => Expression.Property(item, nameof(Core.Messages.Message.QueueItem.Session)),
            "DEQUEUECOUNT" => Expression.Property(Delivery, nameof(Perdure.Runtime.Queues.Delivery.Number)),
            "INSERTIONTIME" => Static(nameof(QueueValues.InsertionTime), null, Delivery),
            "QUEUETRIGGER" => Static(nameof(QueueValues.Text), null, Delivery),
            _ => null,
        };
        return value?.Type == parameter.ParameterType ? value : null;
    }

    private Expression? Output(ParameterInfo parameter, QueueAttribute output)
    {
        if (_settings.Queue(output.QueueName) is not { } queue)
            return null;
        Type type = parameter.ParameterType;
        if (parameter.IsOut)
        {
            Type value = type.GetElementType()!;
            if (JsonContract.Problem(value, reading: false) is { } problem)
                return _method.Problem(parameter, problem);
            ParameterExpression variable = Expression.Variable(value, parameter.Name);
            _outs.Add((variable, queue));
            return variable;
        }
        Type? collector = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (collector != typeof(ICollector<>) && collector != typeof(IAsyncCollector<>))
            return _method.Problem(parameter, $"has the type {TypeText.Of(type)}; [Queue] goes with out parameters, "
                + "ICollector<T>, IAsyncCollector<T> and return values");
        Type item = type.GetGenericArguments()[0];
        if (JsonContract.Problem(item, reading: false) is { } unwritable)
            return _method.Problem(parameter, unwritable);
        ConstructorInfo constructor = typeof(QueueCollector<>).MakeGenericType(item).GetConstructors()[0];
        return Expression.Convert(
            Expression.New(
                constructor, Delivery, Expression.Constant(environment.Serializer), Expression.Constant(queue)),
            type);
    }

    private Expression? Service(ParameterInfo parameter)
    {
        _takesServices = true;
        return _method.Service(parameter, Expression.Property(_call, nameof(ActivityCall.Services)), Takes);
    }

    private static MethodCallExpression Static(string name, Type? type, params Expression[] arguments) =>
        Expression.Call(typeof(QueueValues), name, type is null ? null : [type], arguments);
}
