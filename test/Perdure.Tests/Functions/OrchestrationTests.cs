using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perdure.Core.History;
using Perdure.Functions;
using Shouldly;
using Xunit;

namespace Perdure.Tests.Functions;

public class OrchestrationTests
{
    [Theory]
    [InlineData("Value", "3")]
    [InlineData("TaskOf", "3")]
    [InlineData("LateTaskOf", "3")]
    [InlineData("ValueTaskOf", "3")]
    [InlineData("Nothing", "")]
    [InlineData("Task", "")]
    [InlineData("ValueTask", "")]
    [InlineData("Null", "")]
    [InlineData("Declared", "[1,2]")]
    public async Task Every_kind_of_return_gives_its_payload(string name, string json)
    {
        using TestHost host = new();
        FunctionRegistry registry = host.Discover(typeof(Returns));

        (await RunAsync(registry, name)).ToString().ShouldBe(json);
    }

    [Fact]
    public async Task The_task_is_that_of_the_author_so_that_nothing_continues_behind_it()
    {
        using TestHost host = new();
        FunctionRegistry registry = host.Discover(typeof(Returns));

        Task task = registry.Orchestration("Same").Start(new InlineContext(registry), out IAsyncDisposable? lifetime);

        task.ShouldBeSameAs(Returns.Kept);
        lifetime.ShouldBeNull();
        await task;
    }

    [Fact]
    public async Task What_the_author_throws_is_what_is_thrown()
    {
        using TestHost host = new();
        FunctionRegistry registry = host.Discover(typeof(Throws));

        (await Should.ThrowAsync<InvalidTimeZoneException>(RunAsync(registry, "Now"))).Message.ShouldBe("Now");
        (await Should.ThrowAsync<InvalidTimeZoneException>(RunAsync(registry, "Later"))).Message.ShouldBe("Later");
        (await Should.ThrowAsync<InvalidOperationException>(RunAsync(registry, "NoTask"))).Message
            .ShouldBe("The function returned null in the place of a task.");
    }

    [Fact]
    public async Task Its_logger_is_silent_in_a_replay()
    {
        using TestHost host = new();
        FunctionRegistry registry = host.Discover(typeof(Logs));

        await RunAsync(registry, "LogOnce");
        await registry.Orchestration("LogOnce").Start(new InlineContext(registry) { IsReplaying = true }, out _);

        host.Log.All.ShouldBe(["Function.LogOnce: hello"]);
    }

    [Fact]
    public async Task An_object_and_its_scope_live_as_long_as_the_session()
    {
        using TestHost host = new(s => s.AddScoped<Resource>());
        FunctionRegistry registry = host.Discover(typeof(OnObject));
        OrchestrationFunction function = registry.Orchestration("Use");

        Task task = function.Start(new InlineContext(registry), out IAsyncDisposable? lifetime);
        await task;
        function.Result(task).ToString().ShouldBe("0");
        Task second = function.Start(new InlineContext(registry), out IAsyncDisposable? secondLifetime);
        await lifetime.ShouldNotBeNull().DisposeAsync();

        await second;
        OnObject.Last.ShouldNotBeNull().Resource.Disposed.ShouldBe(0);
        await secondLifetime.ShouldNotBeNull().DisposeAsync();
        OnObject.Last.Resource.Disposed.ShouldBe(1);
        OnObject.Last.Disposed.ShouldBe(1);
    }

    [Fact]
    public async Task A_result_that_is_no_json_names_the_orchestration()
    {
        using TestHost host = new();
        FunctionRegistry registry = host.Discover(typeof(Throws));

        (await Should.ThrowAsync<PayloadException>(RunAsync(registry, "Half"))).Message
            .ShouldStartWith("Cannot write the output of orchestration 'Half' as JSON: ");
    }

    [Fact]
    public void A_name_is_found_in_any_case_and_an_unknown_one_is_answered_with_the_known_ones()
    {
        using TestHost host = new();
        FunctionRegistry registry = host.Discover(typeof(Throws), typeof(Logs));

        registry.Orchestration("LOGONCE").Name.ShouldBe("LogOnce");
        registry.TryGetOrchestration("LogTwice", out _).ShouldBeFalse();
        registry.TryGetActivity("LogOnce", out _).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => registry.Orchestration("LogTwice")).Message
            .ShouldBe("This host has no orchestration named 'LogTwice'. Known: Half, Later, LogOnce, NoTask, Now.");
        Should.Throw<ArgumentException>(() => registry.Activity("Pay")).Message
            .ShouldBe("This host has no activity named 'Pay'. There is none at all.");
    }

    private static async Task<Payload> RunAsync(FunctionRegistry registry, string name)
    {
        OrchestrationFunction function = registry.Orchestration(name);
        Task task = function.Start(new InlineContext(registry), out IAsyncDisposable? lifetime);
        await using (lifetime)
        {
            await task;
            return function.Result(task);
        }
    }

    private static class Returns
    {
        public static readonly Task<int> Kept = System.Threading.Tasks.Task.FromResult(3);

        public static int Value([OrchestrationTrigger] IDurableOrchestrationContext _) => 3;

        public static Task<int> TaskOf([OrchestrationTrigger] DurableOrchestrationContext _) => Kept;

        public static Task<int> Same([OrchestrationTrigger] IDurableOrchestrationContext _) => Kept;

        public static async Task<int> LateTaskOf([OrchestrationTrigger] DurableOrchestrationContextBase _)
        {
            await System.Threading.Tasks.Task.Yield();
            return 3;
        }

        public static ValueTask<int> ValueTaskOf([OrchestrationTrigger] IDurableOrchestrationContext _) => new(3);

        public static void Nothing([OrchestrationTrigger] IDurableOrchestrationContext _)
        {
        }

        public static Task Task([OrchestrationTrigger] IDurableOrchestrationContext _) => Kept;

        public static ValueTask ValueTask([OrchestrationTrigger] IDurableOrchestrationContext _) => default;

        public static Task<string?> Null([OrchestrationTrigger] IDurableOrchestrationContext _) =>
            System.Threading.Tasks.Task.FromResult<string?>(null);

        public static Task<IReadOnlyList<int>> Declared([OrchestrationTrigger] IDurableOrchestrationContext _) =>
            System.Threading.Tasks.Task.FromResult<IReadOnlyList<int>>([1, 2]);
    }

    private static class Throws
    {
        public static int Now([OrchestrationTrigger] IDurableOrchestrationContext _) =>
            throw new InvalidTimeZoneException("Now");

        public static async Task<int> Later([OrchestrationTrigger] IDurableOrchestrationContext _)
        {
            await Task.Yield();
            throw new InvalidTimeZoneException("Later");
        }

        public static Task<int> NoTask([OrchestrationTrigger] IDurableOrchestrationContext _) => null!;

        public static string Half([OrchestrationTrigger] IDurableOrchestrationContext _) => "\ud800";
    }

    private static class Logs
    {
        public static void LogOnce([OrchestrationTrigger] IDurableOrchestrationContext _, ILogger log) =>
            log.LogInformation("hello");
    }

    private sealed class Resource : IDisposable
    {
        public int Disposed { get; private set; }

        public void Dispose() => Disposed++;
    }

    private sealed class OnObject : IAsyncDisposable
    {
        public OnObject(Resource resource) => (Resource, Last) = (resource, this);

        public static OnObject? Last { get; private set; }

        public Resource Resource { get; }

        public int Disposed { get; private set; }

        public int Use([OrchestrationTrigger] IDurableOrchestrationContext _) => Resource.Disposed;

        public ValueTask DisposeAsync()
        {
            Resource.Disposed.ShouldBe(0);
            Disposed++;
            return default;
        }
    }
}
