using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests.Determinism;

public sealed class LoopTests
{
    private const string Wait = "await context.CreateTimer(context.CurrentUtcDateTime.AddMinutes(5));";

    [Theory]
    [InlineData($"[|while|] (true) {{ {Wait} }}")]
    [InlineData($"[|for|] (;;) {{ {Wait} }}")]
    [InlineData($"[|do|] {{ {Wait} }} while (true);")]
    [InlineData($"[|while|] (true) {{ foreach (var a in new[] {{ 1 }}) {{ if (a == 1) break; }} {Wait} }}")]
    [InlineData($"[|while|] (true) {{ Func<int> a = () => {{ return 1; }}; {Wait} }}")]
    public Task A_loop_without_an_end_is_found(string statements) => Check.InOrchestrator("PERDURE0115", statements);

    [Theory]
    [InlineData($"while (true) {{ {Wait} if (context.IsReplaying) break; }}")]
    [InlineData($"while (true) {{ {Wait} if (context.IsReplaying) return; }}")]
    [InlineData($"while (true) {{ {Wait} if (context.IsReplaying) throw new TimeoutException(); }}")]
    [InlineData($"while (true) {{ {Wait} context.ContinueAsNew(null); }}")]
    [InlineData($"for (int i = 0; i < 3; i++) {{ {Wait} }}")]
    [InlineData($"bool more = true; while (more) {{ {Wait} more = false; }}")]
    [InlineData($"while (true) {{ foreach (var a in new[] {{ 1 }}) {{ if (a == 1) return; }} {Wait} }}")]
    public Task A_loop_with_an_end_is_not(string statements) => Check.InOrchestrator("", statements);

    [Theory]
    [InlineData("foreach (var a in [|new Dictionary<string, int>()|]) { }")]
    [InlineData("var a = new HashSet<int>(); foreach (var b in [|a|]) { }")]
    [InlineData("foreach (var a in [|new ConcurrentDictionary<string, int>()|]) { }")]
    [InlineData("foreach (var a in [|new Dictionary<string, int>().Keys|]) { }")]
    [InlineData("IReadOnlyDictionary<string, int> a = null!; foreach (var (b, c) in [|a|]) { }")]
    public Task What_has_no_order_is_found(string statements) => Check.InOrchestrator("PERDURE0109", statements);

    [Theory]
    [InlineData("foreach (var a in new List<int>()) { }")]
    [InlineData("foreach (var a in new Dictionary<string, int>().OrderBy(e => e.Key)) { }")]
    [InlineData("foreach (var a in new SortedDictionary<string, int>()) { }")]
    public Task What_has_an_order_is_not(string statements) => Check.InOrchestrator("", statements);
}
