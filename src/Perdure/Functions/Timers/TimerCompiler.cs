using System.Linq.Expressions;
using System.Reflection;
using Perdure.Functions.Triggers;
using Perdure.Json;
using Perdure.Runtime.Timers;

namespace Perdure.Functions.Timers;

/// <summary>Compiles the call of one timer function.</summary>
internal sealed class TimerCompiler : TriggeredCompiler
{
    private readonly List<string> _problems;
    private readonly TimerSettings _settings;

    public TimerCompiler(
        FunctionDescription function, FunctionEnvironment environment, FunctionServices services,
        List<string> problems)
        : this(function, environment, services, problems, new TimerSettings(function, environment, problems))
    {
    }

    private TimerCompiler(
        FunctionDescription function, FunctionEnvironment environment, FunctionServices services,
        List<string> problems, TimerSettings settings)
        : base(function, environment, services, problems, settings) => (_problems, _settings) = (problems, settings);

    protected override string Takes => "A timer function takes its trigger, occurrenceId and occurrenceTime by name, "
        + "ILogger, CancellationToken, RetryContext, clients with [DurableClient], outputs with [Queue] and "
        + "[EventHub], and services";

    protected override PayloadRole Role => PayloadRole.TimerResult;

    protected override Type DeliveryType => typeof(TimerDelivery);

    /// <summary>The function, or null after a problem.</summary>
    public TimerFunction? Compile()
    {
        TimeSpan? timeout = FunctionLimits.Timeout(Function, Environment, _problems);
        if (Function.Method.IsDefined(typeof(ConcurrencyAttribute)))
            _problems.Add($"{Function.Place}: a timer runs one occurrence at a time; [Concurrency] says nothing here.");
        return _settings.Consumer((TimerTriggerAttribute)Function.Trigger) is { } consumer
            && Code(timeout, concurrency: null) is { } code
            ? new TimerFunction(consumer, code, ReturnPlace)
            {
                Outputs = Outputs,
                IsDisabled = FunctionSwitch.IsOff(Function, Environment, _problems),
                Circuits = CircuitBindings.Of(Function, Environment.Circuits, _problems),
            }
            : null;
    }

    protected override Expression? Trigger(ParameterInfo parameter) => parameter.ParameterType == typeof(TimerInfo)
        ? Expression.Property(Delivery, nameof(TimerDelivery.Info))
        : Problem(
            parameter, $"has the type {TypeText.Of(parameter.ParameterType)}; [TimerTrigger] goes with TimerInfo");

    protected override Expression? Metadata(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        return parameter.Name?.ToUpperInvariant() switch
        {
            "OCCURRENCEID" when type == typeof(string) =>
                Expression.Property(Delivery, nameof(TimerDelivery.OccurrenceId)),
            "OCCURRENCETIME" when type == typeof(DateTimeOffset) =>
                Expression.Property(Delivery, nameof(TimerDelivery.OccurrenceTime)),
            "OCCURRENCETIME" when type == typeof(DateTime) => Expression.Property(
                Expression.Property(Delivery, nameof(TimerDelivery.OccurrenceTime)),
                nameof(DateTimeOffset.UtcDateTime)),
            _ => null,
        };
    }
}
