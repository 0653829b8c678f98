using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Perdure.Core.History;
using Perdure.Execution;
using Perdure.Json;
using Perdure.Runtime;

namespace Perdure.Functions.Triggers;

/// <summary>
/// Compiles the call of one function that a queue or a stream triggers: every parameter has an expression that gives
/// its value.
/// </summary>
internal abstract class TriggeredCompiler(
    FunctionDescription function, FunctionEnvironment environment, FunctionServices services, List<string> problems,
    TriggerSettings settings)
{
    private readonly ParameterExpression _call = Expression.Parameter(typeof(ActivityCall));
    private readonly MethodCompiler _method = new(function, environment, services, problems);
    private readonly List<(ParameterExpression Value, OutputPlace Place)> _outs = [];
    private readonly List<OutputPlace> _outputs = [];
    private (ParameterExpression Value, Expression Read)? _trigger;
    private bool _takesServices;

    protected FunctionDescription Function => function;
    protected FunctionEnvironment Environment => environment;

    /// <summary>What the function may take, for those who ask for something else.</summary>
    protected abstract string Takes { get; }

    /// <summary>How its results are named when they cannot be written.</summary>
    protected abstract PayloadRole Role { get; }

    /// <summary>The run whose values are bound, as the type that the trigger has.</summary>
    protected abstract Type DeliveryType { get; }

    /// <summary>Wherever the function sends something, the result included.</summary>
    protected IReadOnlyList<OutputPlace> Outputs => _outputs;

    /// <summary>Where the result goes; null for nowhere.</summary>
    protected OutputPlace? ReturnPlace { get; private set; }

    /// <summary>The parameter with the trigger, or null after a problem.</summary>
    protected abstract Expression? Trigger(ParameterInfo parameter);

    /// <summary>What the parameter gets by its name or type; null when it is something else.</summary>
    protected abstract Expression? Metadata(ParameterInfo parameter);

    /// <summary>The function that is called, or null after a problem.</summary>
    protected ActivityFunction? Code(TimeSpan? timeout, int? concurrency)
    {
        ReturnPlace = Returns();
        if (_method.Call(Expression.Property(_call, nameof(ActivityCall.Target)), Argument) is not { } call)
            return null;
        return new ActivityFunction(
            function.Name,
            timeout,
            concurrency,
            new FunctionTarget(environment.Services, _method.Constructor, _takesServices),
            Expression.Lambda<Func<ActivityCall, ValueTask<Payload>>>(Body(call), _call).Compile())
        {
            SharedLimit = environment.Limits?.Of(function, problems),
        };
    }

    /// <summary>The run, as its own type.</summary>
    protected Expression Delivery => Expression.Convert(
        Expression.Property(
            Expression.Convert(Expression.Property(_call, nameof(ActivityCall.Context)), typeof(ActivityCallContext)),
            nameof(ActivityCallContext.Delivery)),
        DeliveryType);

    protected Expression? Problem(ParameterInfo parameter, string problem) => _method.Problem(parameter, problem);

    /// <summary>Whether the function may return a value of this type that goes nowhere.</summary>
    protected virtual bool TakesResult(Type value) => false;

    /// <summary>What stands in <c>out</c> parameters is there when the method has returned, and only then.</summary>
    private BlockExpression Body(MethodCallExpression call)
    {
        Expression result = FunctionResults.AsPayload(
            call, environment.Serializer, new(Role, function.Name));
        (ParameterExpression trigger, Expression read) = _trigger!.Value;
        ParameterExpression kept = Expression.Variable(result.Type);
        return Expression.Block(
            [trigger, kept, .. _outs.Select(o => o.Value)],
            [
                Expression.Assign(trigger, read),
                Expression.Assign(kept, result),
                .. _outs.Select(o => Expression.Call(
                    typeof(Triggers.Outputs), nameof(Triggers.Outputs.Send), [o.Value.Type],
                    Expression.Convert(Delivery, typeof(Delivery)), Expression.Constant(environment.Serializer),
                    Expression.Constant(o.Place), o.Value)),
                kept,
            ]);
    }

    private OutputPlace? Returns()
    {
        ParameterInfo result = function.Method.ReturnParameter;
        bool goes = PlaceOf(result, out OutputPlace? place);
        Type? value = FunctionResults.ValueType(function.Method);
        if (goes && value is not null)
        {
            FunctionResults.Check(function, problems);
            return place;
        }
        if (goes)
            problems.Add($"{function.Place} returns nothing that could go to {Text(place)}.");
        else if (value is not null && !TakesResult(value))
        {
            problems.Add($"{function.Place} returns {TypeText.Of(value)}, and nobody takes it; return void, Task or "
                + "ValueTask, or say with [return: Queue(\"name\")] or [return: EventHub(\"name\")] where it goes.");
        }
        return null;
    }

    /// <summary>Whether an attribute says where it goes; the place is null after a problem.</summary>
    private bool PlaceOf(ParameterInfo parameter, out OutputPlace? place)
    {
        place = null;
        if (parameter.GetCustomAttribute<QueueAttribute>() is { } queue)
            place = settings.Queue(queue.QueueName) is { } name ? new OutputPlace(IsStream: false, name) : null;
        else if (parameter.GetCustomAttribute<EventHubAttribute>() is { } stream)
            place = settings.Stream(stream.EventHubName) is { } name ? new OutputPlace(IsStream: true, name) : null;
        else
            return false;
        if (place is not null)
            _outputs.Add(place);
        return true;
    }

    private static string Text(OutputPlace? place) =>
        place is null ? "its output" : $"the {(place.IsStream ? "stream" : "queue")} '{place.Name}'";

    private Expression? Argument(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (PlaceOf(parameter, out OutputPlace? place))
            return place is null ? null : Output(parameter, place);
        if (type.IsByRef || type.IsByRefLike || type.IsPointer || type.IsFunctionPointer)
            return _method.Problem(parameter, "is passed by reference or lives on the stack only");
        if (function.IsTriggered(parameter))
            return Triggered(parameter);
        if (parameter.GetCustomAttribute<DurableClientAttribute>() is { } client)
        {
            return _method.Client(parameter, client) is null
                ? null
                : Expression.Convert(Expression.Property(Delivery, nameof(Runtime.Delivery.Client)), type);
        }
        if (type == typeof(ILogger))
            return _method.Logger;
        if (type == typeof(CancellationToken))
        {
            return Expression.Property(
                Expression.Property(_call, nameof(ActivityCall.Context)),
                nameof(IDurableActivityContext.CancellationToken));
        }
        if (type == typeof(RetryContext))
            return Expression.Property(Delivery, nameof(Runtime.Delivery.Retries));
        return Metadata(parameter) ?? Service(parameter);
    }

    /// <summary>What triggers is read before all else: what other parameters get may depend on it.</summary>
    private ParameterExpression? Triggered(ParameterInfo parameter)
    {
        if (Trigger(parameter) is not { } read)
            return null;
        ParameterExpression value = Expression.Variable(parameter.ParameterType, parameter.Name);
        _trigger = (value, read);
        return value;
    }

    private Expression? Output(ParameterInfo parameter, OutputPlace place)
    {
        Type type = parameter.ParameterType;
        if (parameter.IsOut)
        {
            Type value = type.GetElementType()!;
            if (Unwritable(value, place) is { } problem)
                return _method.Problem(parameter, problem);
            ParameterExpression variable = Expression.Variable(value, parameter.Name);
            _outs.Add((variable, place));
            return variable;
        }
        Type? collector = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (collector != typeof(ICollector<>) && collector != typeof(IAsyncCollector<>))
            return _method.Problem(parameter, $"has the type {TypeText.Of(type)}; [Queue] and [EventHub] go with out "
                + "parameters, ICollector<T>, IAsyncCollector<T> and return values");
        Type item = type.GetGenericArguments()[0];
        if (Unwritable(item, place) is { } unwritable)
            return _method.Problem(parameter, unwritable);
        ConstructorInfo constructor = typeof(OutputCollector<>).MakeGenericType(item).GetConstructors()[0];
        return Expression.Convert(
            Expression.New(
                constructor, Expression.Convert(Delivery, typeof(Delivery)),
                Expression.Constant(environment.Serializer), Expression.Constant(place)),
            type);
    }

    private static string? Unwritable(Type type, OutputPlace place) =>
        place.IsStream && type == typeof(StreamEntry) ? null : JsonContract.Problem(type, reading: false);

    private Expression? Service(ParameterInfo parameter)
    {
        _takesServices = true;
        return _method.Service(parameter, Expression.Property(_call, nameof(ActivityCall.Services)), Takes);
    }
}
