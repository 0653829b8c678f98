using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perdure.Clients;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Execution.Entities;
using Perdure.Functions;
using Perdure.Json;
using Perdure.Tests.Functions;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Execution.Support;

/// <summary>One entity without a core: operations go in, what they came to comes out.</summary>
internal sealed class EntityRuns : IDisposable
{
    private readonly TestHost _host;
    private readonly FunctionRegistry _functions;
    private readonly InProcessEntityExecutor _executor;

    public EntityRuns(
        Func<IDurableEntityContext, CancellationToken, Task> code, Action<IServiceCollection>? configure = null,
        int payloadLimit = PayloadSerializer.DefaultLimit)
    {
        EntityCode lambda = new(code);
        _host = new TestHost(s =>
        {
            s.AddSingleton(lambda);
            configure?.Invoke(s);
        });
        _functions = _host.Discover(typeof(CounterFunction), typeof(OtherFunction), typeof(AuditFunction));
        ILogger logger = _host.Environment.Loggers.CreateLogger("Perdure");
        _executor = new InProcessEntityExecutor(
            _functions, new EntityServices(new PayloadSerializer(payloadLimit), new NumberedIds(), Time, logger));
    }

    public EntityRuns(Action<IDurableEntityContext> code)
        : this((context, _) =>
        {
            code(context);
            return Task.CompletedTask;
        })
    {
    }

    public SkipClock Time { get; } = new();

    public IEntityExecutor Executor => _executor;

    public IReadOnlyCollection<string> Log => _host.Log.All;

    /// <summary>The state after the last run, as JSON; empty when the entity does not exist.</summary>
    public string State { get; set; } = "";

    /// <summary>Runs operations, each with the input that stands after a blank, on the state that is there.</summary>
    public async Task<EntityOutcome[]> RunAsync(CancellationToken stopping, params string[] operations)
    {
        EntityBatch batch = new("@counter@c1", Payload.Of(State), [.. operations.Select(Operation)], 1000);
        EntityRun run = await _executor.RunAsync(batch, stopping);
        State = run.State.ToString();
        return [.. run.Outcomes];
    }

    public Task<EntityOutcome[]> RunAsync(params string[] operations) => RunAsync(CancellationToken.None, operations);

    /// <summary>Runs one operation that succeeds, and gives its result as JSON.</summary>
    public async Task<string> SucceedAsync(string operation)
    {
        EntityOutcome outcome = (await RunAsync(operation)).ShouldHaveSingleItem();
        outcome.Failure.ShouldBeNull();
        return outcome.Result.ToString();
    }

    /// <summary>Runs one operation that fails.</summary>
    public async Task<FailureDetails> FailAsync(string operation) =>
        (await RunAsync(operation)).ShouldHaveSingleItem().Failure.ShouldNotBeNull();

    public void Dispose() => _host.Dispose();

    private static EntityOperation Operation(string text)
    {
        string[] parts = text.Split(' ', 2);
        return new EntityOperation(parts[0], Payload.Of(parts.Length == 2 ? parts[1] : ""), IsSignal: false);
    }

    internal sealed record EntityCode(Func<IDurableEntityContext, CancellationToken, Task> Run);

    internal sealed class CounterFunction(EntityCode code)
    {
        [FunctionName("Counter")]
        public Task Run([EntityTrigger] IDurableEntityContext context, CancellationToken stopping) =>
            code.Run(context, stopping);
    }

    internal static class OtherFunction
    {
        [FunctionName("Other")]
        public static void Run([EntityTrigger] IDurableEntityContext context) => _ = context;
    }

    internal static class AuditFunction
    {
        [FunctionName("Audit")]
        public static void Run([OrchestrationTrigger] IDurableOrchestrationContext context) => _ = context;
    }

    private sealed class NumberedIds : IIdSource
    {
        private int _last;

        public string NewId() => $"id-{++_last}";

        public string NewExecutionId() => $"{++_last:x32}";
    }
}
