using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Perdure.Clients;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Execution.Entities;
using Perdure.Functions;
using Perdure.Json;

namespace Perdure.Tests.Functions;

public class EntityFunctionTests
{
    [Fact]
    public void Names_come_from_trigger_then_function_name_then_method_and_have_no_case()
    {
        using TestHost host = new(s => s
            .AddSingleton<IDurableClient>(new StubClient()).AddSingleton("text").AddScoped<Resource>());
        FunctionRegistry registry = host.Discover(typeof(Names), typeof(Parameters));

        registry.Entities.Select(f => f.Name).ShouldBe(["All", "ByAttribute", "ByMethod", "ByTrigger"]);
        registry.Entity("BYTRIGGER").Name.ShouldBe("ByTrigger");
        registry.TryGetEntity("weaker", out _).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => registry.Entity("weaker")).Message.ShouldBe(
            "This host has no entity named 'weaker'. Known: All, ByAttribute, ByMethod, ByTrigger.");
    }

    [Fact]
    public async Task Every_kind_of_parameter_gets_its_value_and_the_scope_ends_with_the_batch()
    {
        using CancellationTokenSource stop = new();
        using TestHost host = new(s => s
            .AddSingleton<IDurableClient>(new StubClient()).AddSingleton("text").AddScoped<Resource>());
        Parameters.Resources.Clear();

        EntityRun run = await RunAsync(host, "all", stop.Token);

        run.State.ToString().ShouldBe("\"all True stub text 1\"");
        host.Log.All.ShouldBe(["Function.All: logged"]);
        Parameters.Resources.ShouldHaveSingleItem().Disposed.ShouldBe(1);
        Parameters.Objects.ShouldBe(0);
    }

    [Fact]
    public async Task What_goes_wrong_when_the_scope_ends_is_logged_and_changes_nothing()
    {
        using TestHost host = new();

        (await RunAsync(host, "clumsy")).State.ToString().ShouldBe("1");

        host.Log.All.ShouldBe(["Perdure: Disposing of what operations of entity @clumsy@k held failed."]);
    }

    [Fact]
    public async Task A_constructor_that_throws_fails_the_operations()
    {
        using TestHost host = new();

        EntityRun run = await RunAsync(host, "broken");

        run.Outcomes.Select(o => o.Failure!.ErrorType).ShouldBe(
            ["System.InvalidTimeZoneException", "System.InvalidTimeZoneException"]);
    }

    [Fact]
    public async Task A_client_refuses_what_no_entity_can_hear()
    {
        using TestHost host = new();
        DurableClient client = new(
            null!, host.Discover(typeof(Clumsy)), new PayloadSerializer(), new IdSource(TimeProvider.System));
        EntityId known = new("clumsy", "k");

        await Should.ThrowAsync<ArgumentException>(client.SignalEntityAsync(default, "x"));
        await Should.ThrowAsync<ArgumentException>(client.ReadEntityStateAsync<int>(default));
        await Should.ThrowAsync<ArgumentNullException>(client.SignalEntityAsync(known, null!));
        await Should.ThrowAsync<ArgumentException>(client.SignalEntityAsync(known, ""));
        (await Should.ThrowAsync<PayloadException>(client.SignalEntityAsync(known, "x", new Action(() => { }))))
            .Message.ShouldStartWith("Cannot write the input of operation 'x' of entity 'clumsy' as JSON");
        await Should.ThrowAsync<ArgumentNullException>(client.ListEntitiesAsync(null!));
        Should.Throw<InvalidOperationException>(() => client.SignalEntityAsync<IDisposableEntity>("k", _ => { }));
        Should.Throw<InvalidOperationException>(() => client.SignalEntityAsync<IDisposableEntity>(known, e =>
        {
            e.Dispose();
            e.Dispose();
        })).Message.ShouldContain("called 2 operations");
        Should.Throw<ArgumentOutOfRangeException>(() => new EntityQuery { PageSize = 0 });
    }

    private static async Task<EntityRun> RunAsync(
        TestHost host, string entity, CancellationToken cancellationToken = default)
    {
        ILogger logger = host.Environment.Loggers.CreateLogger("Perdure");
        FunctionRegistry registry = entity == "all"
            ? host.Discover(typeof(Parameters))
            : host.Discover(typeof(Clumsy), typeof(Broken));
        InProcessEntityExecutor executor = new(registry, new EntityServices(
            new PayloadSerializer(), new IdSource(TimeProvider.System), TimeProvider.System,
            entity == "broken" ? NullLogger.Instance : logger));
        EntityBatch batch = new($"@{entity}@k", default, [new("a", default, true), new("b", default, true)], 1000);
        return await executor.RunAsync(batch, cancellationToken);
    }

    private interface IDisposableEntity
    {
        void Dispose();
    }

    private static class Names
    {
        public static void ByMethod([EntityTrigger] IDurableEntityContext context) => _ = context;

        [FunctionName("ByAttribute")]
        public static Task Second([EntityTrigger] IDurableEntityContext context) => Task.FromResult(context);

        [FunctionName("weaker")]
        public static ValueTask Third([EntityTrigger(EntityName = "ByTrigger")] IDurableEntityContext context) =>
            new(Task.FromResult(context));
    }

    private sealed class Resource : IDisposable
    {
        public int Disposed { get; private set; }

        public void Dispose() => Disposed++;
    }

    private sealed class Parameters : IDisposable
    {
        private int _uses;

        public Parameters() => Objects++;

        public static int Objects { get; private set; }

        public static HashSet<Resource> Resources { get; } = [];

        public void All(
            [EntityTrigger] IDurableEntityContext context, ILogger log, CancellationToken stopping,
            [DurableClient] IDurableEntityClient client, string service, Resource resource)
        {
            if (context.BatchPosition == 0)
                log.LogInformation("logged");
            Resources.Add(resource);
            context.SetState(
                $"{context.EntityName} {stopping.CanBeCanceled} {client.TaskHubName} {service} {_uses++}");
        }

        public void Dispose() => Objects--;
    }

    private sealed class Clumsy : IDisposable
    {
        [FunctionName("Clumsy")]
        public void Run([EntityTrigger] IDurableEntityContext context) => context.SetState(1);

#pragma warning disable CA1065 // That it throws is what is tested.
        public void Dispose() => throw new InvalidTimeZoneException();
#pragma warning restore CA1065
    }

    private sealed class Broken
    {
        public Broken() => throw new InvalidTimeZoneException();

        [FunctionName("Broken")]
        public void Run([EntityTrigger] IDurableEntityContext context) => context.SetState(1);
    }
}
