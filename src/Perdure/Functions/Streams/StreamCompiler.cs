using System.Linq.Expressions;
using System.Reflection;
using Perdure.Core.History;
using Perdure.Core.Streams;
using Perdure.Functions.Queues;
using Perdure.Functions.Triggers;
using Perdure.Json;
using Perdure.Runtime.Streams;

namespace Perdure.Functions.Streams;

/// <summary>
/// Compiles the call of one stream function: with an array it takes batches, with anything else one event at a time.
/// </summary>
internal sealed class StreamCompiler : TriggeredCompiler
{
    private static readonly MethodInfo s_whole =
        typeof(StreamValues).GetMethod(nameof(StreamValues.Whole), [typeof(StreamDelivery)])!;

    private readonly List<string> _problems;
    private readonly StreamSettings _settings;

    /// <summary>What the trigger takes besides texts, bytes and whole events, which everything fits.</summary>
    private Type? _type;

    public StreamCompiler(
        FunctionDescription function, FunctionEnvironment environment, FunctionServices services,
        List<string> problems)
        : this(function, environment, services, problems, new StreamSettings(function, environment, problems))
    {
    }

    private StreamCompiler(
        FunctionDescription function, FunctionEnvironment environment, FunctionServices services,
        List<string> problems, StreamSettings settings)
        : base(function, environment, services, problems, settings) => (_problems, _settings) = (problems, settings);

    protected override string Takes => "A stream function takes its trigger, partitionKey, sequenceNumber, "
        + "enqueuedTimeUtc, eventId (with Array behind them for a batch) and partitionId by name, ILogger, "
        + "CancellationToken, RetryContext, clients with [DurableClient], outputs with [Queue] and [EventHub], and "
        + "services";

    protected override PayloadRole Role => PayloadRole.StreamEvent;

    protected override Type DeliveryType => typeof(StreamDelivery);

    private ParameterInfo TriggerParameter => Function.Method.GetParameters().First(Function.IsTriggered);

    /// <summary>An array of bytes is one event.</summary>
    private bool IsBatch => TriggerParameter.ParameterType is { IsSZArray: true } type && type != typeof(byte[]);

    private bool NamesFailures => FunctionResults.ValueType(Function.Method) == typeof(BatchResult);

    /// <summary>The function, or null after a problem.</summary>
    public StreamFunction? Compile()
    {
        EventHubTriggerAttribute trigger = (EventHubTriggerAttribute)Function.Trigger;
        TimeSpan? timeout = FunctionLimits.Timeout(Function, Environment, _problems);
        int? concurrency = FunctionLimits.Concurrency(Function, Environment, _problems);
        int batchMax = _settings.BatchMax(trigger);
        int keysMax = _settings.KeysMax(trigger);
        StreamStart? start = _settings.Start(trigger);
        StreamConsumer? consumer = _settings.Consumer(trigger);
        if (NamesFailures && !IsBatch)
            _problems.Add($"{Function.Place} returns BatchResult and takes one event at a time; it is for batches.");
        return Code(timeout, concurrency) is { } code && consumer is not null && start is not null
            ? new StreamFunction(consumer, code, IsBatch ? batchMax : 1, start, ReturnPlace)
            {
                KeysMax = keysMax,
                NamesFailures = NamesFailures && ReturnPlace is null,
                Check = Check(consumer),
                Outputs = Outputs,
                Circuits = CircuitBindings.Of(Function, Environment.Circuits, _problems),
                IsDisabled = FunctionSwitch.IsOff(Function, Environment, _problems),
            }
            : null;
    }

    private Action<Payload> Check(StreamConsumer consumer) => _type is null
        ? static _ => { }
        : QueueValues.Checker(
            _type, Environment.Serializer, new PayloadPlace(PayloadRole.StreamEvent, consumer.Stream));

    protected override bool TakesResult(Type value) => value == typeof(BatchResult);

    protected override Expression? Trigger(ParameterInfo parameter)
    {
        Type type = IsBatch ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        if (Reader(type) is { } reader)
            return Static(IsBatch ? nameof(StreamValues.All) : nameof(StreamValues.One), type, Delivery, reader);
        return Problem(parameter, $"{JsonContract.Problem(type, reading: true)}; [EventHubTrigger] goes with string, "
            + "byte[], StreamEvent or a type that can be read from JSON, and with arrays of these");
    }

    protected override Expression? Metadata(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        string name = parameter.Name?.ToUpperInvariant() ?? "";
        if (name == "PARTITIONID" && type == typeof(int))
            return Static(nameof(StreamValues.PartitionOf), null, Delivery);
        bool isBatch = IsBatch && name.EndsWith("ARRAY", StringComparison.Ordinal);
        Delegate? read = (isBatch ? name[..^"ARRAY".Length] : name) switch
        {
            "PARTITIONKEY" => static (StoredEvent e) => e.Data.Key,
            "SEQUENCENUMBER" => static (StoredEvent e) => e.Number,
            "EVENTID" => static (StoredEvent e) => e.Data.Id,
            "ENQUEUEDTIMEUTC" when type == typeof(DateTime) || type == typeof(DateTime[]) =>
                static (StoredEvent e) => StreamValues.TimeOf(e).UtcDateTime,
            "ENQUEUEDTIMEUTC" => StreamValues.TimeOf,
            _ => null,
        };
        if (read is null || isBatch != IsBatch)
            return null;
        Type value = read.Method.ReturnType;
        return type == (isBatch ? value.MakeArrayType() : value)
            ? Static(
                isBatch ? nameof(StreamValues.Each) : nameof(StreamValues.First), value, Delivery,
                Expression.Constant(read))
            : null;
    }

    private Expression? Reader(Type type)
    {
        if (type == typeof(string))
            return Expression.Constant((Func<StoredEvent, string>)StreamValues.Text);
        if (type == typeof(byte[]))
            return Expression.Constant((Func<StoredEvent, byte[]>)StreamValues.Bytes);
        if (type == typeof(StreamEvent))
            return Expression.Call(s_whole, Delivery);
        if (JsonContract.Problem(type, reading: true) is not null)
            return null;
        _type = type;
        object reader = typeof(StreamValues).GetMethod(nameof(StreamValues.Reader))!.MakeGenericMethod(type)
            .Invoke(null, [Environment.Serializer, Function.Name])!;
        return Expression.Constant(reader);
    }

    private static MethodCallExpression Static(string name, Type? type, params Expression[] arguments) =>
        Expression.Call(typeof(StreamValues), name, type is null ? null : [type], arguments);
}
