using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests.TypedCalls;

/// <summary>Input, result and name of what is generated. Each source is compiled with it.</summary>
public sealed class SignatureTests
{
    private const string Retry = "RetryOptions? retryOptions = null";

    private static string Activity(string declaration, string members = "") => $$"""
        namespace Shop
        {
            public record Order(int Number)
            {
                internal record Line(string Name);
            }
            public record Page<T>(T Of);
            public class @event;
            public class Functions
            {
                public const string Named = "Ship";
                {{declaration}}
                {{members}}
            }
        }
        """;

    [Theory]
    [InlineData("public void F([ActivityTrigger] string a) { }", "Task CallFAsync(Context context, string input, ~)")]
    [InlineData("public Task F([ActivityTrigger] int a) => null!;", "Task CallFAsync(Context context, int input, ~)")]
    [InlineData("public ValueTask F([ActivityTrigger] Guid a) => default;",
        "Task CallFAsync(Context context, global::System.Guid input, ~)")]
    [InlineData("public Order F([ActivityTrigger] Order a) => a;",
        "Task<global::Shop.Order> CallFAsync(Context context, global::Shop.Order input, ~)")]
    [InlineData("public static ValueTask<Order?> F([ActivityTrigger] Order? a) => default;",
        "Task<global::Shop.Order?> CallFAsync(Context context, global::Shop.Order? input = default, ~)")]
    [InlineData("public int? F([ActivityTrigger] int? a) => a;",
        "Task<int?> CallFAsync(Context context, int? input = default, ~)")]
    [InlineData("public (int A, string? B) F([ActivityTrigger] (Order Order, int[] Counts) a) => default;",
        "Task<(int A, string? B)> CallFAsync(Context context, (global::Shop.Order Order, int[] Counts) input, ~)")]
    [InlineData("public List<string?>[] F([ActivityTrigger] Page<Page<Order>> a) => null!;",
        "Task<global::System.Collections.Generic.List<string?>[]> CallFAsync(Context context, "
            + "global::Shop.Page<global::Shop.Page<global::Shop.Order>> input, ~)")]
    [InlineData("internal class Inner { public Order.Line? F([ActivityTrigger] @event a) => null; }",
        "Task<global::Shop.Order.Line?> CallFAsync(Context context, global::Shop.@event input, ~)")]
    [InlineData("public object F([ActivityTrigger] dynamic a) => 1;",
        "Task<object> CallFAsync(Context context, dynamic input, ~)")]
    public void An_activity_takes_and_gives_what_its_method_does(string declaration, string expected) =>
        Generation.Signatures(Activity(declaration), out _).ShouldBe([expected.Replace("~", Retry)]);

    [Theory]
    [InlineData("c.GetInput<Order>();", "global::Shop.Order input, ")]
    [InlineData("c.GetInput<Order?>(); c.GetInput<Order>();", "global::Shop.Order? input = default, ")]
    [InlineData("c.GetInput<Order.Line>(); void Local() => c.GetInput<Order.Line>();",
        "global::Shop.Order.Line input, ")]
    [InlineData("c.GetInput<(string, List<Order?>)>();",
        "(string, global::System.Collections.Generic.List<global::Shop.Order?>) input, ")]
    [InlineData("c?.GetInput<int>();", "int input, ")]
    [InlineData("c.GetInput<Order>(); c.GetInput<object>();", "object? input = default, ")]
    [InlineData("Take(c);", "object? input = default, ")]
    [InlineData("c.Mine();", "object? input = default, ")]
    [InlineData("var d = c; d.GetInput<int>();", "object? input = default, ")]
    [InlineData("", "")]
    [InlineData("Console.WriteLine(c.InstanceId);", "")]
    public void Of_a_context_the_type_is_taken_that_it_is_asked_for(string body, string expected)
    {
        string source = $$"""
            [FunctionName("F")] public static void F([ActivityTrigger] IDurableActivityContext c) { {{body}} }
            private static void Take(IDurableActivityContext context) => context.GetInput<int>();
            """;
        string mine = "public static class Mine { public static void Mine(this IDurableActivityContext c) { } }"
            .Replace("class Mine", "class Extensions");
        Generation.Signatures(Activity(source) + mine, out _)
            .ShouldBe([$"Task CallFAsync(Context context, {expected}{Retry})"]);
    }

    [Fact]
    public void An_orchestrator_can_be_called_and_started()
    {
        Generation.Signatures(Activity(
            """
            [FunctionName("Sell")]
            public static async Task<decimal> Run([OrchestrationTrigger] DurableOrchestrationContext context)
            {
                context.SetCustomStatus("selling");
                return await context.CallActivityAsync<decimal>("Price", context.GetInput<Order>());
            }
            """), out string[] messages).ShouldBe(
            [
                $"Task<decimal> CallSellAsync(Context context, global::Shop.Order input, {Retry}, "
                    + "string? instanceId = null)",
                "Task<decimal> CallSellAsync(Context context, global::Shop.Order input, "
                    + "SubOrchestrationOptions options)",
                "Task<string> StartSellAsync(Client client, global::Shop.Order input, string? instanceId = null, "
                    + "CancellationToken cancellationToken = default)",
                "Task<string> StartSellAsync(Client client, global::Shop.Order input, StartOptions options, "
                    + "CancellationToken cancellationToken = default)",
            ]);
        messages.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("await c.CallDoAsync(\"a\"); c.CreateReplaySafeLogger(null!);", "")]
    [InlineData("await Help(c);", "object? input")]
    public void What_an_orchestrator_reads_nowhere_need_not_be_given(string body, string expected) =>
        Generation.Signatures(Activity($$"""
            public static async Task Run([OrchestrationTrigger] IDurableOrchestrationContext c) { {{body}} }
            public static void Do([ActivityTrigger] string a) { }
            private static Task Help(IDurableOrchestrationContext c) => Task.CompletedTask;
            """), out _)[^1].ShouldBe("Task<string> StartRunAsync(Client client, "
                + $"{expected}{(expected == "" ? "" : ", ")}StartOptions options, "
                + "CancellationToken cancellationToken = default)");

    [Theory]
    [InlineData("[FunctionName(\"book-the_flight\")] public void F([ActivityTrigger] int a) { }",
        "CallBookThe_flightAsync")]
    [InlineData("[FunctionName(nameof(Other))] public void F([ActivityTrigger] int a) { } void Other() { }",
        "CallOtherAsync")]
    [InlineData("[FunctionName(Named)] public void F([ActivityTrigger] int a) { }", "CallShipAsync")]
    [InlineData("[FunctionName(Named + \"2\")] public void F([ActivityTrigger] int a) { }", "CallShip2Async")]
    [InlineData("[FunctionName(\"A\")] public void F([ActivityTrigger(Activity = \"given\")] int a) { }",
        "CallGivenAsync")]
    [InlineData("public void lower([ActivityTrigger] int a) { }", "CallLowerAsync")]
    [InlineData("[FunctionName(\"class\")] public void F([ActivityTrigger] int a) { }", "CallClassAsync")]
    public void The_name_is_that_of_the_function_as_an_identifier(string declaration, string expected) =>
        Generation.Signatures(Activity(declaration), out string[] messages).Single().ShouldContain($" {expected}(");

    [Fact]
    public void What_another_file_forgets_is_no_matter()
    {
        const string old = """
            #nullable disable
            using Text = System.String;
            public static class Old
            {
                [Obsolete("soon")] public class Thing;
                public static Task<Text> F([ActivityTrigger] Thing a) => null;
                public static Text G([ActivityTrigger] IDurableActivityContext a) => a.GetInput<Text>();
            }
            """;
        Generation.Signatures(old, out _).ShouldBe(
            [
                $"Task<string> CallFAsync(Context context, global::Old.Thing input, {Retry})",
                $"Task<string> CallGAsync(Context context, string input, {Retry})",
            ]);
    }

    [Fact]
    public void They_are_called_as_methods()
    {
        Generation.Text([Activity("""
            [FunctionName("Ship")] public static Task<int> ShipAsync([ActivityTrigger] Order order) => null!;
            [FunctionName("Sell")]
            public static async Task<int> Sell([OrchestrationTrigger] IDurableOrchestrationContext context)
            {
                RetryOptions retry = new(TimeSpan.FromSeconds(1), 3);
                int[] all = await Task.WhenAll(
                    context.CallShipAsync(context.GetInput<Order>()), context.CallShipAsync(new(1), retry));
                return await context.CallSellAsync(new(2), instanceId: "a") + all.Sum()
                    + await context.CallSellAsync(new(3), retry, "b");
            }
            public static async Task Post(
                [QueueTrigger("a")] string text, [DurableClient] IDurableOrchestrationClient one,
                [DurableClient] IDurableClient two)
            {
                await one.StartSellAsync(new(1));
                await one.StartSellAsync(new(1), "id", CancellationToken.None);
                await two.StartSellAsync(new(1), new StartOptions { InstanceId = "id" });
                await two.StartSellAsync(input: new(1), cancellationToken: CancellationToken.None);
            }
            """)], out string[] messages).ShouldNotBeEmpty();
        messages.ShouldBeEmpty();
    }
}
