using System.Text;
using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Tests.Triggers;

/// <summary>What is wrong with a function is told when the endpoints are mapped.</summary>
public sealed class ProblemTests
{
    private const string Here = "Perdure.AspNetCore.Tests.Triggers.ProblemTests.Bad.";

    public static TheoryData<Type, string> Problems => new()
    {
        {
            typeof(Bad.UnknownService),
            "UnknownService.Run: its parameter 'builder' has the type System.Text.StringBuilder, and no such service "
            + "is registered. An HTTP function takes its trigger, the parts of its route, values of the query, the "
            + "request, ClaimsPrincipal, ILogger, CancellationToken, clients with [DurableClient] and services."
        },
        {
            typeof(Bad.Abstract),
            "Abstract.Run: its parameter 'client' is a Perdure.IDurableActivityContext, which is abstract and names "
            + "no derived types; [HttpTrigger] goes with HttpRequest, HttpRequestMessage, string, byte[], Stream or a "
            + "type that can be read from JSON."
        },
        {
            typeof(Bad.PartOfWrongType),
            "PartOfWrongType.Run: its parameter 'id' is a part of the route, and a System.Text.StringBuilder cannot "
            + "be read from a text."
        },
        {
            typeof(Bad.MayBeMissing),
            "MayBeMissing.Run: its parameter 'id' can be missing from the route, but System.Int32 has no value for "
            + "that; make it nullable, or give it a default."
        },
        { typeof(Bad.Malformed), "Malformed.Run: its route 'api/a/{id' cannot be understood: " },
        {
            typeof(Bad.UnknownConstraint),
            "UnknownConstraint.Run: its route has the part 'id' with the constraint 'prime', which does not work: "
        },
        { typeof(Bad.Method), "Method.Run: 'get post' is not an HTTP method, such as get or post." },
        { typeof(Bad.Level), "Level.Run: there is no authorization level 9." },
        { typeof(Bad.Limited), "Limited.Run: [Timeout] limits activities; an HTTP function cannot have it." },
        {
            typeof(Bad.OverTime),
            "OverTime.Run: its result is a System.Collections.Generic.IAsyncEnumerable<System.Int32>, which comes "
            + "over time."
        },
        { typeof(Bad.ByReference), "ByReference.Run: its parameter 'id' is passed by reference or lives on the stack" },
        {
            typeof(Bad.TwoTriggers),
            "TwoTriggers.Run has 2 triggers ([HttpTrigger], [ActivityTrigger]); a function has one."
        },
        {
            typeof(Bad.OtherHub),
            "OtherHub.Run: its parameter 'client' asks for the task hub 'other', but this host has 'perdure' only."
        },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public async Task Every_problem_is_told_with_its_place(Type type, string problem) =>
        (await Site.ProblemsAsync(type)).ShouldHaveSingleItem().ShouldStartWith(Here + problem);

    [Fact]
    public async Task All_problems_are_told_together() =>
        (await Site.ProblemsAsync(typeof(Bad.Many))).Count.ShouldBe(4);

    [Fact]
    public async Task Two_functions_of_one_route_are_both_named() =>
        (await Site.ProblemsAsync(typeof(Bad.Twins))).ShouldBe(
            ["The functions 'First' and 'Second' have the same route 'api/things/{key:int}' and a method in common; "
                + "one of them could never be called."]);

    [Fact]
    public async Task Without_a_prefix_no_route_takes_the_place_of_the_management_API() =>
        (await Site.ProblemsAsync(typeof(Bad.Runtime), o => o.RoutePrefix = "")).ShouldHaveSingleItem().ShouldBe(
            Here + "Runtime.Run: its route 'Runtime/webhooks' begins with what belongs to the management API "
            + "(admin, healthz, runtime).");

    internal static class Bad
    {
        public static class UnknownService
        {
            public static void Run([HttpTrigger] HttpRequest request, StringBuilder builder) => _ = (request, builder);
        }

        public static class Abstract
        {
            public static void Run([HttpTrigger] IDurableActivityContext client) => _ = client;
        }

        public static class PartOfWrongType
        {
            public static void Run([HttpTrigger(Route = "a/{id}")] HttpRequest request, StringBuilder id) =>
                _ = (request, id);
        }

        public static class MayBeMissing
        {
            public static void Run([HttpTrigger(Route = "a/{id?}")] HttpRequest request, int id) => _ = (request, id);
        }

        public static class Malformed
        {
            public static void Run([HttpTrigger(Route = "a/{id")] HttpRequest request) => _ = request;
        }

        public static class UnknownConstraint
        {
            public static void Run([HttpTrigger(Route = "a/{id:prime}")] HttpRequest request, int id) =>
                _ = (request, id);
        }

        public static class Method
        {
            public static void Run([HttpTrigger("get post")] HttpRequest request) => _ = request;
        }

        public static class Level
        {
            public static void Run([HttpTrigger((AuthorizationLevel)9)] HttpRequest request) => _ = request;
        }

        public static class Limited
        {
            [Timeout("00:05:00")]
            public static void Run([HttpTrigger] HttpRequest request) => _ = request;
        }

        public static class OverTime
        {
            public static IAsyncEnumerable<int> Run([HttpTrigger] HttpRequest request) =>
                throw new NotSupportedException(request.Path);
        }

        public static class ByReference
        {
            public static void Run([HttpTrigger] HttpRequest request, ref int id) => id = request.Headers.Count;
        }

        public static class TwoTriggers
        {
            public static void Run([HttpTrigger] HttpRequest request, [ActivityTrigger] string input) =>
                _ = (request, input);
        }

        public static class OtherHub
        {
            public static void Run(
                [HttpTrigger] HttpRequest request, [DurableClient(TaskHub = "other")] IDurableClient client) =>
                _ = (request, client);
        }

        public static class Many
        {
            [FunctionName("One")]
            public static void One([HttpTrigger("a b", Route = "{x")] HttpRequest request, StringBuilder builder) =>
                _ = (request, builder);

            [FunctionName("Two")]
            public static void Two([HttpTrigger] Action action) => action();
        }

        public static class Twins
        {
            [FunctionName("First")]
            public static void First([HttpTrigger(Route = "Things/{id:int}")] HttpRequest request, int id) =>
                _ = (request, id);

            [FunctionName("Second")]
            public static void Second([HttpTrigger("get", Route = "things/{key:int}")] HttpRequest request, int key) =>
                _ = (request, key);
        }

        public static class Runtime
        {
            public static void Run([HttpTrigger(Route = "Runtime/webhooks")] HttpRequest request) => _ = request;
        }
    }
}
