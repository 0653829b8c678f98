using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.Entities;
using Perdure.Tests.Execution.Support;

namespace Perdure.Tests.Execution;

/// <summary>Operations as methods of a class that holds the state.</summary>
public sealed class EntityDispatchTests
{
    [Theory]
    [InlineData("Add 2", "")]
    [InlineData("add 2", "")]
    [InlineData("AddAndGet 2", "3")]
    [InlineData("AddLater 2", "")]
    [InlineData("AddAndGetLater 2", "3")]
    [InlineData("AddByValueTask 2", "")]
    [InlineData("AddAndGetByValueTask 2", "3")]
    [InlineData("AddInSecret 2", "")]
    [InlineData("AddByInterface 2", "")]
    [InlineData("AddByDefault 2", "")]
    [InlineData("AddTwo", "")]
    [InlineData("AddAndAnswer 2", "\"answered\"")]
    public async Task A_method_is_found_in_any_case_and_may_return_what_it_likes(string operation, string result)
    {
        using EntityRuns runs = Dispatching<Counter>();
        runs.State = """{"Value":1}""";

        (await runs.SucceedAsync(operation)).ShouldBe(result);

        runs.State.ShouldBe("""{"Value":3}""");
    }

    [Fact]
    public async Task The_state_is_created_by_the_first_operation_and_deleted_by_delete()
    {
        using EntityRuns runs = Dispatching<Counter>();

        (await runs.SucceedAsync("AddAndGet 2")).ShouldBe("2");
        runs.State.ShouldBe("""{"Value":2}""");
        (await runs.SucceedAsync("DELETE")).ShouldBe("");
        runs.State.ShouldBe("");
    }

    [Fact]
    public async Task A_delete_of_the_class_itself_is_called_and_an_object_may_delete_its_state()
    {
        using EntityRuns runs = Dispatching<Reluctant>();
        runs.State = "{}";

        (await runs.SucceedAsync("delete")).ShouldBe("\"not yet\"");
        runs.State.ShouldBe("{}");
        (await runs.SucceedAsync("Go")).ShouldBe("");
        runs.State.ShouldBe("");
    }

    [Theory]
    [InlineData("Missing", "No operation named 'Missing' is there in entity 'counter'")]
    [InlineData("ToString", "No operation named 'ToString'")]
    [InlineData("get_Value", "No operation named 'get_Value'")]
    [InlineData("Twice 1", "it is there more than once")]
    [InlineData("Sum 1", "it has 2 parameters")]
    [InlineData("Generic 1", "it is generic")]
    [InlineData("ByReference 1", "which lives on the stack only")]
    public async Task A_method_that_is_no_operation_is_refused_and_says_why(string operation, string text)
    {
        using EntityRuns runs = Dispatching<Counter>();

        FailureDetails failure = await runs.FailAsync(operation);

        failure.ErrorType.ShouldBe("System.InvalidOperationException");
        failure.ErrorMessage.ShouldContain(text);
        runs.State.ShouldBe("");
    }

    [Fact]
    public async Task What_a_method_throws_is_the_failure_and_its_changes_are_undone()
    {
        using EntityRuns runs = Dispatching<Counter>();
        runs.State = """{"Value":1}""";

        foreach (string operation in (string[])["Fail", "FailLater"])
        {
            FailureDetails failure = await runs.FailAsync(operation);
            failure.ErrorType.ShouldBe("System.InvalidTimeZoneException");
            failure.InnerFailure.ShouldBeNull();
            failure.StackTrace.ShouldNotBeNull().ShouldContain(operation);
        }
        (await runs.FailAsync("Add \"two\"")).ErrorMessage
            .ShouldStartWith("Cannot read the input of operation 'Add' of entity 'counter' as System.Int32");

        runs.State.ShouldBe("""{"Value":1}""");
    }

    [Fact]
    public async Task A_parameter_takes_its_default_when_there_is_no_input()
    {
        using EntityRuns runs = Dispatching<Counter>();

        (await runs.SucceedAsync("AddMany")).ShouldBe("5");
        (await runs.SucceedAsync("AddMany 1")).ShouldBe("6");
        (await runs.SucceedAsync("AddAndGet")).ShouldBe("6");
    }

    [Fact]
    public async Task An_object_is_made_by_services_and_arguments_and_filled_from_the_state()
    {
        using EntityRuns runs = new(
            (c, _) => c.DispatchAsync<Basket>("eu", 3),
            s => s.AddScoped<Stock>().AddSingleton("unused"));
        runs.State = """{"items":["a"],"Inner":{"Items":["i"],"Inner":null}}""";

        (await runs.SucceedAsync("Put \"b\"")).ShouldBe("\"eu 3 Stock kept 2 without services i\"");

        runs.State.ShouldBe("""{"Items":["a","b"],"Inner":{"Items":["i"],"Inner":null,"Kept":"kept"},"Kept":"kept"}""");
    }

    [Fact]
    public async Task Operations_of_a_batch_share_a_scope_and_not_an_object()
    {
        using EntityRuns runs = new((c, _) => c.DispatchAsync<Visitor>(), s => s.AddScoped<Stock>());

        EntityOutcome[] outcomes = await runs.RunAsync("Look", "Look");
        string[] seen = [.. outcomes.Select(o => o.Result.ToString()), await runs.SucceedAsync("Look")];

        seen[1].ShouldBe(seen[0]);
        seen[2].ShouldNotBe(seen[0]);
        runs.State.ShouldBe("{}");
    }

    [Theory]
    [InlineData(typeof(NoSetter), "'Items'")]
    [InlineData(typeof(PrivateSetter), "'Value'")]
    [InlineData(typeof(Abstract), "is abstract")]
    public async Task A_class_that_would_lose_its_state_is_refused(Type type, string text)
    {
        using EntityRuns runs = new(c => typeof(IDurableEntityContext)
            .GetMethod(nameof(c.DispatchAsync))!.MakeGenericMethod(type)
            .Invoke(c, [Array.Empty<object>()])
            .ShouldBeAssignableTo<Task>()!.GetAwaiter().GetResult());

        FailureDetails failure = await runs.FailAsync("Touch");

        failure.ErrorType.ShouldBe("System.InvalidOperationException");
        failure.ErrorMessage.ShouldContain(text);
    }

    [Fact]
    public async Task What_is_computed_or_given_by_the_constructor_is_not_lost()
    {
        using EntityRuns runs = new((c, _) => c.DispatchAsync<Fine>("eu"));

        await runs.SucceedAsync("Touch");
        await runs.SucceedAsync("Touch");

        runs.State.ShouldBe("""{"Region":"eu","Hidden":2,"Twice":4}""");
    }

    private static EntityRuns Dispatching<T>() where T : class => new((c, _) => c.DispatchAsync<T>());

    private interface IAdds
    {
        int Value { get; set; }

        void AddByInterface(int amount);

        void AddByDefault(int amount) => Value += amount;
    }

    private sealed class Counter : IAdds
    {
        public int Value { get; set; }

        public void Add(int amount) => Value += amount;

        public int AddAndGet(int amount) => Value += amount;

        public async Task AddLater(int amount)
        {
            await Task.Yield();
            Value += amount;
        }

        public async Task<int> AddAndGetLater(int amount)
        {
            await Task.Yield();
            return Value += amount;
        }

        public ValueTask AddByValueTask(int amount)
        {
            Value += amount;
            return default;
        }

        public ValueTask<int> AddAndGetByValueTask(int amount) => new(Value += amount);

        public void AddTwo() => Value += 2;

        public int AddMany(int amount = 5) => Value += amount;

        public void AddAndAnswer(int amount)
        {
            Value += amount;
            Entity.Current.Return("answered");
        }

        void IAdds.AddByInterface(int amount) => Value += amount;

        public void Fail()
        {
            Value = 9;
            throw new InvalidTimeZoneException();
        }

        public async Task FailLater()
        {
            Value = 9;
            await Task.Yield();
            throw new InvalidTimeZoneException();
        }

        public void Twice(int amount) => Value += amount;

        public void Twice(string text) => Value += text.Length;

        public void Sum(int left, int right) => Value = left + right;

        public void Generic<T>(T value) => _ = value;

        public void ByReference(ref int value) => value = Value;

#pragma warning disable IDE0051 // Found by its name.
        private void AddInSecret(int amount) => Value += amount;
#pragma warning restore IDE0051
    }

    private sealed class Reluctant
    {
        public string Delete() => "not yet";

        public void Go() => Entity.Current.DeleteState();
    }

    private sealed class Stock
    {
        private static int s_last;

        public int Number { get; } = Interlocked.Increment(ref s_last);
    }

    private sealed class Basket
    {
        private readonly string _given;

        public Basket() => _given = "without services";

        [ActivatorUtilitiesConstructor]
        public Basket(string region, Stock stock, int size) => _given = $"{region} {size} {stock.GetType().Name}";

        public List<string> Items { get; set; } = ["replaced"];

        public Basket? Inner { get; set; }

        public string Kept { get; set; } = "kept";

        [JsonIgnore]
        public string Given => _given;

        public string Put(string item)
        {
            Items.Add(item);
            return $"{_given} {Kept} {Items.Count} {Inner?.Given} {Inner?.Items[0]}";
        }
    }

    private sealed class Visitor(Stock stock)
    {
        public int Look() => stock.Number;
    }

    private sealed class NoSetter
    {
        public List<int> Items { get; } = [];

        public void Touch() => Items.Add(1);
    }

    private sealed class PrivateSetter
    {
        public int Value { get; private set; }

        public void Touch() => Value++;
    }

    private abstract class Abstract
    {
        public void Touch()
        {
        }
    }

    private sealed class Fine(string region)
    {
        public string Region { get; } = region;

        [JsonInclude]
        public int Hidden { get; private set; }

        public int Twice => 2 * Hidden;

        [JsonIgnore]
        public List<int> Ignored { get; } = [];

        public void Touch() => Hidden++;
    }
}
