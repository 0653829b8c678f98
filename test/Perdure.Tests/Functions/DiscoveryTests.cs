using System.Reflection;
using System.Reflection.Emit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perdure.Functions;
using Shouldly;
using Xunit;
using static Perdure.Tests.Functions.BadFunctions;

namespace Perdure.Tests.Functions;

public class DiscoveryTests
{
    private const string Here = "Perdure.Tests.Functions.BadFunctions.";

    public static TheoryData<Type, string> Problems => new()
    {
        {
            typeof(TwoTriggers),
            "TwoTriggers.Run has 2 triggers ([OrchestrationTrigger], [ActivityTrigger]); a function has one."
        },
        {
            typeof(NoTrigger),
            "NoTrigger.Run has [FunctionName], but no parameter has a trigger, such as [OrchestrationTrigger], "
            + "[ActivityTrigger] or [EntityTrigger]."
        },
        {
            typeof(EmptyName),
            "EmptyName.Run: '' cannot be the name of a function. A name starts with a letter from a to z, goes "
            + "on with letters, digits, '_' and '-', and has at most 128 characters."
        },
        { typeof(Reserved), "Reserved.Run: the name 'HOST' is reserved." },
        {
            typeof(EntityName),
            "EntityName.Run: '@counter' cannot be the name of a function. A name starts with a letter from a "
            + "to z, goes on with letters, digits, '_' and '-', and has at most 128 characters. A leading '@' "
            + "marks entities."
        },
        {
            typeof(EntityWithResult),
            "EntityWithResult.Run returns System.Int32; an entity answers with context.Return, and its function "
            + "returns void, Task or ValueTask."
        },
        {
            typeof(EntityOnText),
            "EntityOnText.Run: its parameter 'context' has the type System.String; [EntityTrigger] goes with "
            + "IDurableEntityContext."
        },
        { typeof(LimitedEntity), "LimitedEntity.Run: [Concurrency] limits activities; an entity cannot have it." },
        {
            typeof(EntityWithUnknownService),
            "EntityWithUnknownService.Run: its parameter 'builder' has the type System.Text.StringBuilder, and no "
            + "such service is registered. An entity takes its trigger, ILogger, CancellationToken, clients with "
            + "[DurableClient] and services."
        },
        {
            typeof(EntityByReference),
            "EntityByReference.Run: its parameter 'number' is passed by reference or lives on the stack only."
        },
        {
            typeof(EntityWithWrongClient),
            "EntityWithWrongClient.Run: its parameter 'client' is no client; [DurableClient] goes with "
            + "IDurableClient, IDurableOrchestrationClient or IDurableEntityClient."
        },
        { typeof(NotPublic), "NotPublic.Run is not public; a function is." },
        { typeof(GenericMethod), "GenericMethod.Run is generic; a function is not." },
        { typeof(AsyncVoid), "AsyncVoid.Run is async void, so nobody could know when it ends; return a Task." },
        {
            typeof(BadTimeout),
            "BadTimeout.Run: [Timeout(\"5\")] is not a time of more than zero and at most 49 days, such as "
            + "00:05:00."
        },
        {
            typeof(ZeroTimeout),
            "ZeroTimeout.Run: [Timeout(\"00:00:00\")] is not a time of more than zero and at most 49 days, "
            + "such as 00:05:00."
        },
        {
            typeof(BadConcurrency),
            "BadConcurrency.Run: [Concurrency(0)] would let it never run; the limit is 1 or more."
        },
        {
            typeof(LimitedOrchestration),
            "LimitedOrchestration.Run: [Timeout] limits activities; an orchestration cannot have it."
        },
        {
            typeof(WrongContext),
            "WrongContext.Run: its parameter 'context' is a Perdure.IDurableOrchestrationContext, which is "
            + "abstract and names no derived types; [ActivityTrigger] goes with IDurableActivityContext or a "
            + "type that can be read from JSON."
        },
        {
            typeof(WrongTrigger),
            "WrongTrigger.Run: its parameter 'input' has the type System.String; [OrchestrationTrigger] goes "
            + "with IDurableOrchestrationContext."
        },
        {
            typeof(OrchestrationWithClient),
            "OrchestrationWithClient.Run: its parameter 'client' has the type Perdure.IDurableClient. An "
            + "orchestration takes its context and an ILogger, because anything else could make a replay differ; "
            + "use it in an activity."
        },
        {
            typeof(UnknownService),
            "UnknownService.Run: its parameter 'builder' has the type System.Text.StringBuilder, and no such "
            + "service is registered. An activity takes its trigger, ILogger, CancellationToken, clients with "
            + "[DurableClient] and services."
        },
        {
            typeof(ByReference),
            "ByReference.Run: its parameter 'number' is passed by reference or lives on the stack only."
        },
        { typeof(OnStack), "OnStack.Run: its parameter 'text' is passed by reference or lives on the stack only." },
        {
            typeof(Code),
            "Code.Run: its parameter 'action' is a System.Action, which is code and not data; "
            + "[ActivityTrigger] goes with IDurableActivityContext or a type that can be read from JSON."
        },
        {
            typeof(WrongClient),
            "WrongClient.Run: its parameter 'client' is no client; [DurableClient] goes with IDurableClient, "
            + "IDurableOrchestrationClient or IDurableEntityClient."
        },
        {
            typeof(NoClient),
            "NoClient.Run: its parameter 'client' needs IDurableClient, and no such service is registered."
        },
        {
            typeof(OtherHub),
            "OtherHub.Run: its parameter 'client' asks for the task hub 'other', but this host has 'testhub' "
            + "only."
        },
        {
            typeof(OtherConnection),
            "OtherConnection.Run: its parameter 'client' asks for another connection, but this host has one "
            + "store only; leave ConnectionName out."
        },
        {
            typeof(UnknownInConstructor),
            "UnknownInConstructor: its constructor wants 'builder' of type System.Text.StringBuilder, and no "
            + "such service is registered."
        },
        {
            typeof(TwoConstructors),
            "TwoConstructors has 2 public constructors; a class with functions that are not static has one, or "
            + "marks one with [ActivatorUtilitiesConstructor]."
        },
        {
            typeof(OverTime),
            "OverTime.Run: its result is a System.Collections.Generic.IAsyncEnumerable<System.Int32>, which "
            + "comes over time."
        },
        {
            typeof(Unstarted),
            "Unstarted.Run returns Async, which does not start by itself; return a Task, as task { } gives it."
        },
        {
            typeof(Ambiguous),
            "Ambiguous.Run: its result is a Perdure.Tests.Functions.BadFunctions.TwoNames, which "
            + "System.Text.Json refuses: "
        },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void Every_problem_is_told_with_its_place(Type type, string problem)
    {
        using TestHost host = new();

        host.Problems(type).ShouldHaveSingleItem().ShouldStartWith(Here + problem);
    }

    [Fact]
    public void All_problems_are_told_together()
    {
        using TestHost host = new();

        FunctionDiscoveryException e = Should.Throw<FunctionDiscoveryException>(
            () => host.Discover(typeof(BadTimeout), typeof(NoTrigger)));

        e.Problems.Count.ShouldBe(2);
        e.Message.ShouldStartWith("There are 2 problems with the functions of this app:\n- " + Here);
    }

    [Fact]
    public void Two_functions_of_one_name_are_both_named()
    {
        using TestHost host = new();

        host.Problems(typeof(FirstOfTwo), typeof(SecondOfTwo)).ShouldBe(
            [$"The name 'Twin' belongs to {Here}FirstOfTwo.Run and {Here}SecondOfTwo.Run; "
                + "names are unique, whatever their case."]);
    }

    [Fact]
    public void Names_come_from_trigger_then_function_name_then_method()
    {
        using TestHost host = new();
        FunctionRegistry registry = host.Discover(typeof(Names));

        registry.Orchestrations.Select(f => f.Name).ShouldBe(["byAttribute", "ByMethod", "ByTrigger"]);
        registry.Activities.Select(f => f.Name).ShouldBe(["ActivityByTrigger"]);
    }

    [Fact]
    public void An_HTTP_function_is_left_to_whoever_serves_HTTP_and_warned_of_if_nobody_does()
    {
        using TestHost host = new();

        FunctionRegistry registry = host.Discover(typeof(Asked));

        registry.Http.All.Select(f => f.Name).ShouldBe(["Get", "Post"]);
        HttpTriggerAttribute trigger = registry.Http.All[1].Trigger.ShouldBeOfType<HttpTriggerAttribute>();
        (trigger.AuthLevel, trigger.Route).ShouldBe((AuthorizationLevel.Function, "things"));
        trigger.Methods.ShouldBe(["post", "put"]);
        host.Log.All.ShouldBeEmpty();
        registry.Http.WarnUnlessServed();
        host.Log.All.Count.ShouldBe(2);
        host.Log.All.ShouldContain("Perdure.Functions: Function Get does not run, because this host does not serve its "
            + "trigger [HttpTrigger]. Refer to the package Perdure.AspNetCore and call MapPerdure() on the web "
            + "application.");
        registry.Http.Serve();
        registry.Http.WarnUnlessServed();
        host.Log.All.Count.ShouldBe(2);
    }

    [Fact]
    public void An_abstract_class_gives_its_functions_to_what_derives_from_it()
    {
        using TestHost host = new();

        host.Discover(typeof(Parent), typeof(Heir)).Activities.Select(f => f.Name).ShouldBe(["Inherited"]);
    }

    [Fact]
    public async Task A_marked_constructor_is_used()
    {
        using TestHost host = new(s => s.AddSingleton("service"));

        (await host.Discover(typeof(Marked)).RunAsync("Which")).ShouldBe("\"service\"");
    }

    [Fact]
    public void An_assembly_gives_the_functions_of_its_public_classes()
    {
        using TestHost host = new();

        FunctionRegistry registry = FunctionDiscovery.Discover(
            [typeof(DiscoveryTests).Assembly, typeof(DiscoveryTests).Assembly], host.Environment);

        registry.TryGetActivity("PerdureTestsVisible", out _).ShouldBeTrue();
        registry.QueueFunction("items").ShouldBeNull();
    }

    [Fact]
    public void A_function_of_a_class_that_is_not_public_is_not_overlooked()
    {
        TypeBuilder type = AssemblyBuilder.DefineDynamicAssembly(new("Hidden"), AssemblyBuilderAccess.Run)
            .DefineDynamicModule("Hidden")
            .DefineType("Shop", TypeAttributes.NotPublic | TypeAttributes.Abstract | TypeAttributes.Sealed);
        MethodBuilder method = type.DefineMethod(
            "Buy", MethodAttributes.Public | MethodAttributes.Static, typeof(void), [typeof(string)]);
        method.GetILGenerator().Emit(OpCodes.Ret);
        method.DefineParameter(1, ParameterAttributes.None, "item")
            .SetCustomAttribute(new(typeof(ActivityTriggerAttribute).GetConstructor([])!, []));
        using TestHost host = new();

        FunctionDiscoveryException e = Should.Throw<FunctionDiscoveryException>(
            () => FunctionDiscovery.Discover([type.CreateType().Assembly], host.Environment));

        e.Problems.ShouldBe(["Shop.Buy: its class is not public; a class with functions is."]);
    }

    public static class Visible
    {
        [FunctionName("PerdureTestsVisible")]
        public static void Run([ActivityTrigger] string input) => _ = input;
    }

    private static class Names
    {
        public static void ByMethod([OrchestrationTrigger] IDurableOrchestrationContext context) => _ = context;

        [FunctionName("byAttribute")]
        public static void Second([OrchestrationTrigger] IDurableOrchestrationContext context) => _ = context;

        [FunctionName("weaker")]
        public static void Third(
            [OrchestrationTrigger(Orchestration = "ByTrigger")] IDurableOrchestrationContext context) => _ = context;

        [FunctionName("weakerToo")]
        public static void Fourth([ActivityTrigger(Activity = "ActivityByTrigger")] string input) => _ = input;

        public static void NotAFunction(string input) => _ = input;
    }

    private static class Queued
    {
        [FunctionName("FromQueue")]
        public static void Run([QueueTrigger("items", Connection = "Main")] string item, ILogger log) =>
            _ = (item, log);
    }

    private static class Asked
    {
        [FunctionName("Post")]
        public static void Post([HttpTrigger("post", "put", Route = "things")] string body) => _ = body;

        [FunctionName("Get")]
        public static void Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = null)] string body) =>
            _ = body;
    }

    private abstract class Parent
    {
        public string Inherited([ActivityTrigger] string input) => input + GetType().Name;
    }

    private sealed class Heir : Parent;

    private sealed class Marked
    {
        private readonly string _text;

        public Marked() => _text = "none";

        [ActivatorUtilitiesConstructor]
        public Marked(string text) => _text = text;

        public string Which([ActivityTrigger] string? _) => _text;
    }
}
