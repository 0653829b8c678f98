using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perdure.Core.History;
using Perdure.Functions;
using Shouldly;
using Xunit;

namespace Perdure.Tests.Functions;

public class ActivityTests
{
    [Theory]
    [InlineData("Value", "3")]
    [InlineData("TaskOf", "3")]
    [InlineData("LateTaskOf", "3")]
    [InlineData("ValueTaskOf", "3")]
    [InlineData("LateValueTaskOf", "3")]
    [InlineData("Object", "{\"a\":1}")]
    [InlineData("Nothing", "")]
    [InlineData("Task", "")]
    [InlineData("LateTask", "")]
    [InlineData("ValueTask", "")]
    [InlineData("LateValueTask", "")]
    [InlineData("Null", "")]
    public async Task Every_kind_of_return_gives_its_payload(string name, string json)
    {
        using TestHost host = new();

        (await host.Discover(typeof(Returns)).RunAsync(name)).ShouldBe(json);
    }

    [Fact]
    public async Task A_result_is_written_by_its_declared_type()
    {
        using TestHost host = new();

        (await host.Discover(typeof(Returns)).RunAsync("Declared")).ShouldBe("""{"Known":1}""");
    }

    [Fact]
    public async Task Every_kind_of_parameter_gets_its_value()
    {
        using CancellationTokenSource cancellation = new();
        using TestHost host = new(s => s
            .AddScoped<Counter>()
            .AddKeyedSingleton("blue", "sky")
            .AddSingleton<IDurableClient>(new StubClient()));
        FunctionRegistry registry = host.Discover(typeof(Parameters));

        (await registry.RunAsync("All", "\"in\"", cancellation.Token))
            .ShouldBe("""["in","True","Counter","sky","stub","stub","All"]""");
        (await registry.RunAsync("Context", """["Tokyo",3]""")).ShouldBe("\"Context test-1 1 execution:0 Tokyo,3\"");
        (await registry.RunAsync("OldContext", "\"x\"")).ShouldBe("\"x\"");
        (await registry.RunAsync("Tuple", """{"Item1":"CS","Item2":3}""")).ShouldBe("\"CS3\"");
        (await registry.RunAsync("Tuple")).ShouldBe("\"0\"");
        host.Log.All.ShouldBe(["Function.All: logged"]);
    }

    [Fact]
    public async Task What_the_author_throws_is_what_is_thrown()
    {
        using TestHost host = new();
        FunctionRegistry registry = host.Discover(typeof(Throws));

        foreach (string name in (string[])["Now", "Later", "ValueLater", "OnObject"])
        {
            ActivityContext context = new(name, default);
            Task<Payload> task = registry.Activity(name).InvokeAsync(context, default).AsTask();
            (await Should.ThrowAsync<InvalidTimeZoneException>(task)).Message.ShouldBe(name);
        }
        (await Should.ThrowAsync<InvalidOperationException>(registry.RunAsync("NoTask"))).Message
            .ShouldBe("The function returned null in the place of a task.");
        await Should.ThrowAsync<OperationCanceledException>(registry.RunAsync("Cancelled"));
    }

    [Fact]
    public async Task Payloads_that_do_not_work_fail_the_activity_and_name_it()
    {
        using TestHost host = new();
        FunctionRegistry registry = host.Discover(typeof(Parameters.Strict));

        (await Should.ThrowAsync<PayloadException>(registry.RunAsync("AddOne", "true"))).Message
            .ShouldBe("Cannot read the input of activity 'AddOne' as System.Int32: a JSON boolean is stored.");
        (await Should.ThrowAsync<PayloadException>(registry.RunAsync("Half", "\"x\""))).Message
            .ShouldStartWith("Cannot write the result of activity 'Half' as JSON: System.String does not work.");
    }

    [Fact]
    public async Task Each_call_has_its_own_object_and_scope_and_disposes_of_both_once()
    {
        Journal journal = new();
        using TestHost host = new(s => s.AddSingleton(journal).AddScoped<Scoped>());
        FunctionRegistry registry = host.Discover(typeof(OnObject));

        await Task.WhenAll(registry.RunAsync("UseScope"), registry.RunAsync("UseScope"));
        await Should.ThrowAsync<InvalidTimeZoneException>(registry.RunAsync("FailInScope"));

        journal.Lines.Order().ShouldBe(Enumerable.Repeat<string[]>(
            ["+object", "+scoped", "-object", "-scoped", "same"], 3).SelectMany(x => x).Order());
    }

    [Fact]
    public async Task A_constructor_that_throws_fails_the_call_and_disposes_of_the_scope()
    {
        Journal journal = new();
        using TestHost host = new(s => s.AddSingleton(journal).AddScoped<Scoped>());
        FunctionRegistry registry = host.Discover(typeof(BrokenObject));

        await Should.ThrowAsync<InvalidTimeZoneException>(registry.RunAsync("NeverRuns"));

        journal.Lines.ShouldBe(["+scoped", "-scoped"]);
    }

    [Fact]
    public async Task A_static_function_without_services_needs_no_scope()
    {
        using TestHost host = new(s => s.AddScoped<Scoped>());
        FunctionRegistry registry = host.Discover(typeof(Returns));

        ActivityContext context = new("Nothing", default);
        ActivityFunction function = registry.Activity("Nothing");
        await function.InvokeAsync(context, default);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            await function.InvokeAsync(context, default);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Limits_are_read()
    {
        using TestHost host = new();
        FunctionRegistry registry = host.Discover(typeof(Limited));

        registry.Activity("Bounded").Timeout.ShouldBe(TimeSpan.FromMinutes(5));
        registry.Activity("bounded").Concurrency.ShouldBe(2);
        registry.Activity("Free").Timeout.ShouldBeNull();
        registry.Activity("Free").Concurrency.ShouldBeNull();
    }

    private sealed class Counter;

    private static class Returns
    {
        public static int Value([ActivityTrigger] string? _) => 3;

        public static Task<int> TaskOf([ActivityTrigger] string? _) => System.Threading.Tasks.Task.FromResult(3);

        public static async Task<int> LateTaskOf([ActivityTrigger] string? _)
        {
            await System.Threading.Tasks.Task.Yield();
            return 3;
        }

        public static ValueTask<int> ValueTaskOf([ActivityTrigger] string? _) => new(3);

        public static async ValueTask<int> LateValueTaskOf([ActivityTrigger] string? _)
        {
            await System.Threading.Tasks.Task.Yield();
            return 3;
        }

        public static object Object([ActivityTrigger] string? _) => new { a = 1 };

        public static Known Declared([ActivityTrigger] string? _) => new KnowsMore();

        public static string? Null([ActivityTrigger] string? _) => null;

        public static void Nothing([ActivityTrigger] string? _)
        {
        }

        public static Task Task([ActivityTrigger] string? _) => System.Threading.Tasks.Task.FromResult("not declared");

        public static async Task LateTask([ActivityTrigger] string? _) => await System.Threading.Tasks.Task.Yield();

        public static ValueTask ValueTask([ActivityTrigger] string? _) => default;

        public static async ValueTask LateValueTask([ActivityTrigger] string? _) =>
            await System.Threading.Tasks.Task.Yield();
    }

    public class Known
    {
        [System.Text.Json.Serialization.JsonPropertyName("Known")]
        public int Property => 1;
    }

    public sealed class KnowsMore : Known
    {
        public int More => 2;
    }

    private static class Parameters
    {
        public static string[] All(
            ILogger log,
            [ActivityTrigger] string input,
            CancellationToken cancellationToken,
            Counter counter,
            [FromKeyedServices("blue")] string keyed,
            [DurableClient] IDurableOrchestrationClient client,
#pragma warning disable CS0618 // It is here to be tested.
            [OrchestrationClient(TaskHub = "TestHub")] DurableOrchestrationClient oldClient,
#pragma warning restore CS0618
            ILogger<Counter> typed)
        {
            log.LogInformation("logged");
            return
            [
                input, cancellationToken.CanBeCanceled.ToString(), counter.GetType().Name, keyed, client.TaskHubName,
                oldClient.TaskHubName, typed is null ? "" : "All",
            ];
        }

        public static string Context([ActivityTrigger] IDurableActivityContext context) =>
            $"{context.Name} {context.InstanceId} {context.Attempt} {context.IdempotencyKey} "
            + string.Join(',', context.GetInput<object[]>());

        public static string OldContext([ActivityTrigger] DurableActivityContext context) => context.GetInput<string>();

        public static string Tuple([ActivityTrigger] (string Major, int Year) student) => student.Major + student.Year;

        internal static class Strict
        {
            public static int AddOne([ActivityTrigger] int number) => number + 1;

            public static string Half([ActivityTrigger] string text) => text + "\ud800";
        }
    }

    private sealed class Throws
    {
        public static int Now([ActivityTrigger] string? _) => throw new InvalidTimeZoneException("Now");

        public static async Task<int> Later([ActivityTrigger] string? _)
        {
            await Task.Yield();
            throw new InvalidTimeZoneException("Later");
        }

        public static async ValueTask ValueLater([ActivityTrigger] string? _)
        {
            await Task.Yield();
            throw new InvalidTimeZoneException("ValueLater");
        }

        public int OnObject([ActivityTrigger] string? _) => throw new InvalidTimeZoneException("OnObject");

        public static Task NoTask([ActivityTrigger] string? _) => null!;

        public static Task<int> Cancelled([ActivityTrigger] string? _) =>
            Task.FromCanceled<int>(new CancellationToken(canceled: true));
    }

    private sealed class Journal
    {
        private readonly Lock _lock = new();

        public List<string> Lines { get; } = [];

        public void Add(string line)
        {
            lock (_lock)
                Lines.Add(line);
        }
    }

    private sealed class Scoped : IAsyncDisposable
    {
        private readonly Journal _journal;

        public Scoped(Journal journal)
        {
            _journal = journal;
            journal.Add("+scoped");
        }

        public ValueTask DisposeAsync()
        {
            _journal.Add("-scoped");
            return default;
        }
    }

    private sealed class OnObject : IDisposable
    {
        private readonly Journal _journal;
        private readonly Scoped _scoped;

        public OnObject(Journal journal, Scoped scoped)
        {
            (_journal, _scoped) = (journal, scoped);
            journal.Add("+object");
        }

        public async Task UseScope([ActivityTrigger] string? _, Scoped scoped)
        {
            await Task.Yield();
            _journal.Add(scoped == _scoped ? "same" : "other");
        }

        public async Task FailInScope([ActivityTrigger] string? _, Scoped scoped)
        {
            await UseScope(null, scoped);
            throw new InvalidTimeZoneException();
        }

        public void Dispose() => _journal.Add("-object");
    }

    private sealed class BrokenObject
    {
        public BrokenObject(Scoped scoped) => throw new InvalidTimeZoneException(scoped.ToString());

        public void NeverRuns([ActivityTrigger] string? _)
        {
        }
    }

    private static class Limited
    {
        [Timeout("00:05:00")]
        [Concurrency(2)]
        public static void Bounded([ActivityTrigger] string? _)
        {
        }

        public static void Free([ActivityTrigger] string? _)
        {
        }
    }
}
