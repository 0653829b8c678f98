using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests;

/// <summary>The interfaces and classes of entities.</summary>
public sealed class EntityTests
{
    [Theory]
    [InlineData("int N { get; }")]
    [InlineData("event Action Changed;")]
    [InlineData("Task Add(int a, int b);")]
    [InlineData("int Get();")]
    [InlineData("ValueTask<int> Get();")]
    [InlineData("void Add<T>(T t);")]
    [InlineData("void Add(ref int n);")]
    [InlineData("")]
    public Task An_interface_that_cannot_stand_for_an_entity_is_found(string members) =>
        Check.Source("PERDURE0401", Uses(members, "[|ICounter|]"));

    [Theory]
    [InlineData("void Reset(); Task Add(int n); Task<int> Get();")]
    [InlineData("Task Move((int, int) where);")]
    public Task One_that_can_is_not(string members) => Check.Source("", Uses(members, "ICounter"));

    [Fact]
    public Task Inherited_members_count_and_a_class_is_no_interface() => Check.Source("PERDURE0401", """
        public interface IBasic { int N { get; } }
        public interface ICounter : IBasic { void Reset(); }
        public class Counter { public void Reset() { } }
        public static class F
        {
            public static object? Use(IDurableOrchestrationContext c) => c.CreateEntityProxy<[|ICounter|]>("a");
            public static object? Use(IDurableOrchestrationContext c, int n) => c.CreateEntityProxy<[|Counter|]>("a");
            public static void Use(IDurableEntityContext c) => c.[|SignalEntity|]("a", (ICounter x) => x.Reset());
        }
        """);

    [Fact]
    public async Task The_message_says_what_is_wrong()
    {
        string[] messages = await Check.Source("PERDURE0401", Uses("Task Add(int a, int b);", "[|ICounter|]"));
        messages.Distinct().ShouldBe(
            [
                "ICounter cannot stand for an entity: Add has 2 parameters; it has nothing but methods with at most "
                    + "one parameter that return void, Task or Task<T>",
            ]);
    }

    [Theory]
    [InlineData("[|Counter|]", "public void Add(int a, int b) { }")]
    [InlineData("[|Counter|]", "public void Add<T>(T t) { }")]
    [InlineData("[|Counter|]", "public void Add(out int n) => n = 1;")]
    [InlineData("Counter",
        "public void Add(int a) { } public ValueTask<int> Get() => default; public int N { get; set; }")]
    [InlineData("Counter", "private void Add(int a, int b) { } public static int Sum(int a, int b) => a + b;")]
    [InlineData("Counter", "public override bool Equals(object? o) => true; public override int GetHashCode() => 1;")]
    public Task A_class_has_methods_that_are_operations(string type, string members) => Check.Source("PERDURE0402", $$"""
        public class Counter { {{members}} }
        public static class F
        {
            [FunctionName("Counter")]
            public static Task Run([EntityTrigger] IDurableEntityContext c) => c.DispatchAsync<{{type}}>();
        }
        """);

    private static string Uses(string members, string type) => $$"""
        public interface ICounter { {{members}} }
        public static class F
        {
            public static object? Use(IDurableOrchestrationContext c) => c.CreateEntityProxy<{{type}}>("a");
            public static Task Use(IDurableEntityClient c) => c.SignalEntityAsync<{{type}}>("a", _ => { });
            public static Task Use(IDurableClient c) => c.SignalEntityAsync<{{type}}>("a", DateTime.MaxValue, _ => { });
        }
        """;
}
