using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests.Determinism;

/// <summary>Tasks that are awaited, and those that are not.</summary>
public sealed class TaskTests
{
    private const string Members = """
        private readonly Task<int> _own = null!;
        private static Task Shared { get; } = Task.CompletedTask;
        private readonly IService _service = null!;
        private readonly System.IO.StreamReader _reader = null!;
        public interface IService { Task<int> Get(); }
        public interface ICounter { Task Add(int n); Task<int> Get(); void Reset(); }
        private static async Task<int> Help(IDurableOrchestrationContext c) => await c.CallActivityAsync<int>("Number");
        [FunctionName("Number")] public static Task<int> Number([ActivityTrigger] string a) => Task.FromResult(1);
        private sealed record Pair(Task<int> Left, Task<int> Right);
        """;

    [Theory]
    [InlineData("await [|context.CallActivityAsync(\"Do\").ConfigureAwait(false)|];")]
    [InlineData("var a = await [|Help(context).ConfigureAwait(continueOnCapturedContext: false)|];")]
    [InlineData("await [|context.CallActivityAsync(\"Do\").ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing)|];")]
    public Task ConfigureAwait_false_leaves_the_turn(string statements) =>
        Check.InOrchestrator("PERDURE0111", statements, Members);

    [Theory]
    [InlineData("await context.CallActivityAsync(\"Do\").ConfigureAwait(true);")]
    [InlineData(
        "await context.CallActivityAsync(\"Do\").ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext);")]
    public Task ConfigureAwait_true_does_not(string statements) => Check.InOrchestrator("", statements, Members);

    [Fact]
    public async Task ConfigureAwait_false_is_found_through_a_chain()
    {
        string[] messages = await Check.Source("PERDURE0111", Check.Orchestrator("await [|Help(context)|];", """
            private static async Task Help(IDurableOrchestrationContext context) =>
                await context.CallActivityAsync("Do").ConfigureAwait(false);
            """));
        messages.ShouldBe(["Help: ConfigureAwait(false) lets what follows run outside the turn; leave it out"]);
    }

    [Theory]
    [InlineData("await [|_own|];")]
    [InlineData("await [|Shared|];")]
    [InlineData("var a = await [|_service.Get()|];")]
    [InlineData("var a = await [|_reader.ReadLineAsync()|];")]
    [InlineData("var a = _reader.ReadLineAsync(); await [|a|];")]
    [InlineData("await Task.WhenAll(context.CallActivityAsync(\"Do\"), [|_reader.ReadLineAsync()|]);")]
    [InlineData("await Task.WhenAll(new[] { 1 }.Select(n => [|_reader.ReadLineAsync()|]));")]
    [InlineData("await (context.IsReplaying ? [|_own|] : context.CallActivityAsync<int>(\"Number\"));")]
    [InlineData("var a = await [|Number(\"a\")|];")]
    public Task A_foreign_task_is_found(string statements) => Check.InOrchestrator("PERDURE0112", statements, Members);

    [Theory]
    [InlineData("var a = context.CallActivityAsync<int>(\"Number\"); var b = await a + await Help(context);")]
    [InlineData("var a = context.CreateEntityProxy<ICounter>(\"a\"); await a.Add(await a.Get());")]
    [InlineData("await Task.FromResult(1); await Task.CompletedTask; await ValueTask.CompletedTask;")]
    [InlineData("Func<Task> a = () => context.CallActivityAsync(\"Do\"); await a();")]
    [InlineData("var a = new Pair(Help(context), Help(context)); await a.Left; await Task.WhenAny(a.Left, a.Right);")]
    [InlineData("List<Task> a = [Help(context)]; a.Add(context.CallActivityAsync(\"Do\")); await Task.WhenAll(a);")]
    [InlineData("async Task<int> Local() => await Help(context); await Local();")]
    [InlineData("using var c = new CancellationTokenSource(); await context.CreateTimer(default, c.Token);")]
    public Task A_durable_task_is_not(string statements) => Check.InOrchestrator("", statements, Members);

    [Theory]
    [InlineData("[|context.CallActivityAsync(\"Do\")|];")]
    [InlineData("[|context.CreateTimer(default)|];")]
    [InlineData("[|context.CreateEntityProxy<ICounter>(\"a\").Add(1)|];")]
    [InlineData("var a = context.CreateEntityProxy<ICounter>(\"a\"); [|a.Add(1)|];")]
    [InlineData("using ([|context.LockAsync(new EntityId(\"a\", \"b\"))|]) { }")]
    [InlineData("using (var a = [|context.LockAsync(new EntityId(\"a\", \"b\"))|]) { }")]
    [InlineData("using var a = [|context.LockAsync(new EntityId(\"a\", \"b\"))|];")]
    [InlineData("new List<int> { 1 }.ForEach(n => [|context.CallActivityAsync(\"Do\")|]);")]
    public Task A_durable_call_that_nobody_awaits_is_found(string statements) =>
        Check.InOrchestrator("PERDURE0113", statements, Members);

    [Theory]
    [InlineData("_ = context.CallActivityAsync(\"Do\");")]
    [InlineData("var a = context.CallActivityAsync(\"Do\"); await a;")]
    [InlineData("context.CreateEntityProxy<ICounter>(\"a\").Reset(); context.SetCustomStatus(1);")]
    [InlineData("context.SignalEntity(new EntityId(\"a\", \"b\"), \"add\"); context.StartNewOrchestration(\"Run\");")]
    public Task What_is_dropped_on_purpose_is_not(string statements) => Check.InOrchestrator("", statements, Members);

    [Theory]
    [InlineData("var a = [|context.CallActivityAsync<int>(\"Number\").Result|];")]
    [InlineData("[|context.CallActivityAsync(\"Do\").Wait()|];")]
    [InlineData("[|context.CallActivityAsync(\"Do\").GetAwaiter().GetResult()|];")]
    [InlineData("var a = context.CallActivityAsync<int>(\"Number\"); var b = [|a.Result|]; await a;")]
    [InlineData("[|Task.WaitAll(context.CallActivityAsync(\"Do\"))|];")]
    public Task Blocking_is_found(string statements) => Check.InOrchestrator("PERDURE0114", statements, Members);

    [Theory]
    [InlineData("var a = context.CallActivityAsync<int>(\"Number\"); await a; var b = a.Result;")]
    [InlineData("Task<int>[] a = [Help(context)]; await Task.WhenAll(a); var b = a.Sum(t => t.Result) + a[0].Result;")]
    [InlineData("var a = Help(context); var b = await Task.WhenAny(a, Help(context)); _ = b.Result + a.Result;")]
    [InlineData("var a = Help(context); if (a is { IsCompletedSuccessfully: true, Result: 3 }) await a;")]
    [InlineData("var a = (await Task.WhenAny(Help(context), Help(context))).Result;")]
    public Task Asking_a_task_that_is_done_is_not(string statements) => Check.InOrchestrator("", statements, Members);

    [Fact]
    public Task Blocking_is_found_through_a_chain() => Check.InOrchestrator(
        "PERDURE0114", "var a = [|Get(context)|];",
        "private static int Get(IDurableOrchestrationContext c) => c.CallActivityAsync<int>(\"Number\").Result; "
            + "[FunctionName(\"Number\")] public static int Number([ActivityTrigger] string a) => 1;");
}
