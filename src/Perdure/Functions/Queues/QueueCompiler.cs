using System.Linq.Expressions;
using System.Reflection;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Queues;
using Perdure.Functions.Triggers;
using Perdure.Json;
using Perdure.Runtime.Queues;

namespace Perdure.Functions.Queues;

/// <summary>Compiles the call of one queue function.</summary>
internal sealed class QueueCompiler : TriggeredCompiler
{
    private readonly List<string> _problems;
    private readonly QueueSettings _settings;

    /// <summary>What the trigger takes besides texts, bytes and whole messages, which everything fits.</summary>
    private Type? _type;

    public QueueCompiler(
        FunctionDescription function, FunctionEnvironment environment, FunctionServices services,
        List<string> problems)
        : this(function, environment, services, problems, new QueueSettings(function, environment, problems))
    {
    }

    private QueueCompiler(
        FunctionDescription function, FunctionEnvironment environment, FunctionServices services,
        List<string> problems, QueueSettings settings)
        : base(function, environment, services, problems, settings) => (_problems, _settings) = (problems, settings);

    protected override string Takes => "A queue function takes its trigger, id, dequeueCount, insertionTime, "
        + "queueTrigger and sessionId by name, QueueMessage, ILogger, CancellationToken, RetryContext, clients with "
        + "[DurableClient], outputs with [Queue] and [EventHub], and services";

    protected override PayloadRole Role => PayloadRole.QueueMessage;

    protected override Type DeliveryType => typeof(QueueDelivery);

    /// <summary>The function, or null after a problem.</summary>
    public QueueFunction? Compile()
    {
        QueueTriggerAttribute trigger = (QueueTriggerAttribute)Function.Trigger;
        TimeSpan? timeout = FunctionLimits.Timeout(Function, Environment, _problems);
        int inHandMax = FunctionLimits.Concurrency(Function, Environment, _problems)
            ?? _settings.InHandMax(trigger);
        string? queue = _settings.Queue(trigger.QueueName);
        return _settings.Consumer(queue, trigger) is { } consumer && Code(timeout, inHandMax) is { } code
            ? new QueueFunction(consumer, code, inHandMax, ReturnPlace)
            {
                Outputs = Outputs,
                Check = Check(consumer),
                Circuits = CircuitBindings.Of(Function, Environment.Circuits, _problems),
                IsDisabled = FunctionSwitch.IsOff(Function, Environment, _problems),
            }
            : null;
    }

    private Action<Payload> Check(QueueConsumer consumer) => _type is null
        ? static _ => { }
        : QueueValues.Checker(
            _type, Environment.Serializer, new PayloadPlace(PayloadRole.QueueMessage, consumer.Queue));

    protected override Expression? Trigger(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (type == typeof(string))
            return Static(nameof(QueueValues.Text), null, Delivery);
        if (type == typeof(byte[]))
            return Static(nameof(QueueValues.Bytes), null, Delivery);
        if (type == typeof(QueueMessage))
            return Static(nameof(QueueValues.Whole), null, Delivery);
        if (JsonContract.Problem(type, reading: true) is { } problem)
            return Problem(parameter, $"{problem}; [QueueTrigger] goes with string, byte[], QueueMessage or a type "
                + "that can be read from JSON");
        _type = type;
        return Static(nameof(QueueValues.Read), type, Delivery, Expression.Constant(Environment.Serializer));
    }

    protected override Expression? Metadata(ParameterInfo parameter)
    {
        if (parameter.ParameterType == typeof(QueueMessage))
            return Static(nameof(QueueValues.Whole), null, Delivery);
        MemberExpression item = Expression.Property(Delivery, nameof(QueueDelivery.Item));
        Expression? value = parameter.Name?.ToUpperInvariant() switch
        {
            "ID" => Expression.Property(item, nameof(Message.QueueItem.Id)),
            "SESSIONID" => Expression.Property(item, nameof(Message.QueueItem.Session)),
            "DEQUEUECOUNT" => Expression.Property(Delivery, nameof(QueueDelivery.Number)),
            "INSERTIONTIME" => Static(nameof(QueueValues.InsertionTime), null, Delivery),
            "QUEUETRIGGER" => Static(nameof(QueueValues.Text), null, Delivery),
            _ => null,
        };
        return value?.Type == parameter.ParameterType ? value : null;
    }

    private static MethodCallExpression Static(string name, Type? type, params Expression[] arguments) =>
        Expression.Call(typeof(QueueValues), name, type is null ? null : [type], arguments);
}
