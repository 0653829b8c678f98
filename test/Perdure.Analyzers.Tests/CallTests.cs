using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests;

/// <summary>Names and types of what the context is asked to call.</summary>
public sealed class CallTests
{
    private const string Members = """
        public record Order(int Number);
        public record Invoice(int Number);
        public record Express(int Number) : Order(Number);
        public record Page<T>(T Of);
        [FunctionName("Page")] public static Page<int> P([ActivityTrigger] Page<Order> page) => new(page.Of.Number);
        [FunctionName("Count")] public static Task<int> CountAsync([ActivityTrigger] string text) => Task.FromResult(1);
        [FunctionName("Charge")] public static Order Charge([ActivityTrigger] Order order) => order;
        [FunctionName("List")] public static ValueTask<List<Order>> L([ActivityTrigger] (int, string) pair) => default;
        [FunctionName("When")] public static DateTime? When([ActivityTrigger] IDurableActivityContext c) => null;
        [FunctionName("Other")] public static string Named([ActivityTrigger(Activity = "Given")] int[] numbers) => "";
        public static Guid Unnamed([ActivityTrigger] Dictionary<string, int> counts) => default;
        [FunctionName("Child")] public static async Task<int> ChildAsync(
            [OrchestrationTrigger] IDurableOrchestrationContext c) => await c.CallActivityAsync<int>("Count");
        """;

    [Theory]
    [InlineData("await context.CallActivityAsync([|\"Cuont\"|]);")]
    [InlineData("await context.CallActivityAsync<int>([|nameof(CountAsync)|], \"a\");")]
    [InlineData("await context.CallActivityWithRetryAsync([|\"Child\"|], new RetryOptions(TimeSpan.Zero, 2));")]
    [InlineData("await context.CallActivityAsync([|\"Other\"|]);")]
    public Task A_name_that_no_activity_has_is_found(string statements) =>
        Check.InOrchestrator("PERDURE0201", statements, Members);

    [Theory]
    [InlineData("await context.CallSubOrchestratorAsync([|\"Count\"|], null);")]
    [InlineData("await context.CallSubOrchestratorAsync<int>([|\"Chid\"|]);")]
    [InlineData("context.StartNewOrchestration([|\"Chid\"|]);")]
    public Task A_name_that_no_orchestrator_has_is_found(string statements) =>
        Check.InOrchestrator("PERDURE0202", statements, Members);

    [Fact]
    public async Task The_message_says_what_there_is()
    {
        string[] messages = await Check.Source("PERDURE0202", Check.Orchestrator(
            "await context.CallSubOrchestratorAsync<int>([|\"Chid\"|]);", Members));
        messages.ShouldBe(["No orchestrator is called 'Chid'; known here are Child, Run"]);
    }

    [Fact]
    public async Task The_message_begins_with_the_names_that_are_most_like_it()
    {
        string[] messages = await Check.Source("PERDURE0201", Check.Orchestrator(
            "await context.CallActivityAsync([|\"gven\"|]);", Members));
        messages.ShouldBe(["No activity is called 'gven'; known here are Given, When, Count, …"]);
    }

    [Theory]
    [InlineData("await [|context.CallActivityAsync<string>(\"Count\", \"a\")|];")]
    [InlineData("await [|context.CallActivityAsync<int>(\"Do\", \"a\")|];")]
    [InlineData("await [|context.CallActivityAsync<Page<bool>>(\"Page\")|];")]
    [InlineData("await [|context.CallActivityAsync<Invoice>(\"Charge\", new Order(1))|];")]
    [InlineData("await [|context.CallActivityAsync<Order>(\"List\", (1, \"a\"))|];")]
    [InlineData("await [|context.CallActivityAsync<Invoice[]>(\"List\", (1, \"a\"))|];")]
    [InlineData("await [|context.CallActivityAsync<DateTime>(\"Unnamed\")|];")]
    [InlineData("await [|context.CallSubOrchestratorAsync<bool>(\"Child\", null)|];")]
    [InlineData("await [|context.CallActivityWithRetryAsync<bool>(\"count\", null!, \"a\")|];")]
    public Task A_result_of_another_type_is_found(string statements) =>
        Check.InOrchestrator("PERDURE0203", statements, Members);

    [Theory]
    [InlineData("await context.CallActivityAsync(\"Count\", [|1|]);")]
    [InlineData("await context.CallActivityAsync(\"Charge\", [|new Invoice(1)|]);")]
    [InlineData("await context.CallActivityAsync(\"List\", [|(1, 2)|]);")]
    [InlineData("await context.CallActivityAsync(\"List\", [|(1, \"a\", 2)|]);")]
    [InlineData("await context.CallActivityAsync(\"Given\", [|new[] { \"a\" }|]);")]
    [InlineData("await context.CallActivityAsync(input: [|true|], functionName: \"Count\");")]
    public Task An_input_of_another_type_is_found(string statements) =>
        Check.InOrchestrator("PERDURE0204", statements, Members);

    [Theory]
    [InlineData("await context.CallActivityAsync<int>(\"COUNT\", \"a\"); await context.CallActivityAsync(\"Count\");")]
    [InlineData("await context.CallActivityAsync<long?>(\"Count\", context.GetInput<object>());")]
    [InlineData("await context.CallActivityAsync<object>(\"Do\"); await context.CallActivityAsync<string>(\"Given\");")]
    [InlineData("await context.CallActivityAsync<Order>(\"Charge\", new Express(1));")]
    [InlineData("await context.CallActivityAsync<Express>(\"Charge\", new { Number = 1 });")]
    [InlineData("await context.CallActivityAsync<Order[]>(\"List\", (Number: 1, Text: \"a\"));")]
    [InlineData("await context.CallActivityAsync<IReadOnlyList<Order>>(\"List\", (1L, null as string));")]
    [InlineData("await context.CallActivityAsync<DateTimeOffset>(\"When\", 1);")]
    [InlineData("await context.CallActivityAsync<string>(\"Unnamed\", new SortedDictionary<string, int>());")]
    [InlineData("await context.CallActivityAsync<System.Text.Json.JsonElement>(\"Charge\");")]
    [InlineData("await context.CallActivityAsync<Page<long>>(\"Page\", new Page<Express>(new Express(1)));")]
    [InlineData("await context.CallActivityAsync(context.GetInput<string>());")]
    [InlineData("await context.CallActivityAsync(\"BuiltIn::HttpActivity\");")]
    [InlineData("await context.CallSubOrchestratorAsync<int>(\"child\", \"id\", 1);")]
    [InlineData("await context.CallActivityAsync<string>(\"Given\", new List<int>());")]
    public Task What_fits_is_not(string statements) => Check.InOrchestrator("", statements, Members);

    [Fact]
    public Task Where_there_are_no_activities_at_all_they_are_elsewhere() => Check.Source("", """
        public static class Functions
        {
            [FunctionName("Run")]
            public static async Task Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
                await context.CallActivityAsync("Elsewhere");
        }
        """);
}
