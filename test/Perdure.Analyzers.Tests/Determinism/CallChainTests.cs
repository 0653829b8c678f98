using Microsoft.CodeAnalysis;
using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests.Determinism;

/// <summary>What an orchestrator does through the methods that it calls.</summary>
public sealed class CallChainTests
{
    private const string Clock = "PERDURE0101";

    [Fact]
    public async Task A_chain_is_told_where_it_begins_with_all_its_methods()
    {
        const string source = """
            public static class Prices
            {
                [FunctionName("Sell")]
                public static async Task<decimal> Sell([OrchestrationTrigger] IDurableOrchestrationContext context)
                {
                    await Task.WhenAll();
                    return [|Total(context.GetInput<int>())|];
                }

                private static decimal Total(int count) => count * Price();

                private static decimal Price() => Now().Hour > 12 ? 2 : 1;

                private static DateTime Now() => DateTime.Now;
            }
            """;
        string[] messages = await Check.Source(Clock, source);
        messages.ShouldBe(
            ["Total → Price → Now: DateTime.Now is not the same at replay; use context.CurrentUtcDateTime"]);

        Diagnostic[] found = await Analysis.RunAsync(Analysis.Compile([Markup.Parse(source, Clock).Source]));
        Location offence = found.Single().AdditionalLocations.Single();
        offence.SourceTree!.ToString().Substring(offence.SourceSpan.Start, offence.SourceSpan.Length)
            .ShouldBe("DateTime.Now");
    }

    [Fact]
    public async Task A_chain_may_be_long()
    {
        string[] messages = await Check.Source(Clock, Check.Orchestrator("[|A()|];", """
            private static void A() => B();
            private static void B() => C();
            private static void C() => D();
            private static void D() => E();
            private static void E() => Console.WriteLine(DateTime.Now);
            """));
        messages.Single().ShouldStartWith("A → B → C → D → E: DateTime.Now is");
    }

    [Fact]
    public async Task What_an_orchestrator_does_itself_is_told_without_a_chain()
    {
        string[] messages = await Check.Source(Clock, Check.Orchestrator("var a = [|DateTime.UtcNow|];"));
        messages.ShouldBe(["DateTime.UtcNow is not the same at replay; use context.CurrentUtcDateTime"]);
    }

    [Fact]
    public Task A_chain_leads_through_files_and_classes() => Check.Source(
        Clock,
        Check.Orchestrator("var a = [|Clocks.Now()|];"),
        "public static class Clocks { public static DateTime Now() => new Watch().Read(); }",
        "public class Watch { public DateTime Read() => DateTime.UtcNow; }");

    [Theory]
    [InlineData("var a = [|Now|];", "private static DateTime Now => DateTime.Now;")]
    [InlineData("var a = [|Now|];", "private static DateTime Now { get { return DateTime.Now; } }")]
    [InlineData("var a = [|Begun|];", "private static readonly DateTime Begun = DateTime.Now;")]
    [InlineData("var a = [|Begun|];", "private static DateTime Begun { get; } = DateTime.Now;")]
    [InlineData("[|Now|] = 1;", "private int Now { get => 1; set => Console.WriteLine(DateTime.Now); }")]
    [InlineData("var a = [|this[1]|];", "private long this[int i] => DateTime.Now.Ticks + i;")]
    [InlineData("var a = [|1.Late()|];", "",
        "static class E { public static long Late(this int i) => DateTime.Now.Ticks; }")]
    [InlineData("var a = [|1.Late()|];", "",
        "static class E { extension(int i) { public long Late() => i + DateTime.Now.Ticks; } }")]
    [InlineData("var a = [|1.Late|];", "",
        "static class E { extension(int i) { public long Late => i + DateTime.Now.Ticks; } }")]
    [InlineData("var a = [|Of(1)|];", "private static (T, long) Of<T>(T t) => (t, DateTime.Now.Ticks);")]
    [InlineData("var a = [|G<int>.Of()|];", "private class G<T> { public static long Of() => DateTime.Now.Ticks; }")]
    [InlineData("var a = [|new Made()|];", "private class Made { public Made() => Console.WriteLine(DateTime.Now); }")]
    [InlineData("var a = [|new Made()|];", "private class Made { public readonly DateTime At = DateTime.Now; }")]
    [InlineData("var a = [|new R(1)|];", "private record R(int N) { public long A { get; } = DateTime.Now.Ticks; }")]
    [InlineData("var a = [|new S() + new S()|];",
        "private struct S { public static S operator +(S a, S b) { _ = DateTime.Now; return a; } }")]
    [InlineData("var a = new[] { 1 }.Select([|Late|]);", "private static long Late(int i) => i + DateTime.Now.Ticks;")]
    [InlineData("var a = await [|Wait(context)|];",
        "private static async Task<long> Wait(IDurableOrchestrationContext c) "
            + "{ await c.CallActivityAsync(\"Do\"); return DateTime.Now.Ticks; }")]
    [InlineData("Local(); void Local() => [|Late()|];", "private static long Late() => DateTime.Now.Ticks;")]
    [InlineData("Action a = () => [|Late()|];", "private static long Late() => DateTime.Now.Ticks;")]
    [InlineData("var a = [|Late()|];",
        "private static long Late() { Func<long> f = () => DateTime.Now.Ticks; return f(); }")]
    public Task What_a_chain_leads_through(string statements, string members, string others = "") =>
        Check.Source(Clock, Check.Orchestrator(statements, members) + others);

    [Fact]
    public Task A_partial_method_is_read_where_it_is_written() => Check.Source(
        Clock,
        Check.Orchestrator("var a = [|Parts.Read()|];"),
        "public static partial class Parts { public static partial long Read(); }",
        "public static partial class Parts { public static partial long Read() => DateTime.Now.Ticks; }");

    [Fact]
    public Task Methods_that_call_each_other_are_read_once() => Check.InOrchestrator(
        Clock, "var a = [|Even(4)|];", """
            private static bool Even(int n) => n == 0 || Odd(n - 1);
            private static bool Odd(int n) => n != 0 && (n > 100 ? DateTime.Now.Year > n : Even(n - 1));
            """);

    [Fact]
    public Task A_virtual_call_follows_what_it_names() => Check.InOrchestrator(
        Clock, "Basic a = new Late(); var b = a.Read(); var c = [|new Late().Read()|];", """
            private class Basic { public virtual long Read() => 1; }
            private class Late : Basic { public override long Read() => DateTime.Now.Ticks; }
            """);

    [Fact]
    public Task A_chain_ends_at_an_activity() => Check.Source("", """
        public static class Functions
        {
            [FunctionName("Run")]
            public static async Task Run([OrchestrationTrigger] IDurableOrchestrationContext context)
            {
                await context.CallActivityAsync(nameof(Work), "a");
                Work("b");
            }

            [FunctionName("Work")]
            public static void Work([ActivityTrigger] string input) => Console.WriteLine(DateTime.Now);
        }
        """);

    [Fact]
    public Task A_chain_ends_at_a_method_that_is_said_to_be_deterministic() => Check.InOrchestrator(
        "", "var a = Known();", "[Deterministic] private static long Known() => DateTime.Now.Ticks * 0;");

    [Fact]
    public Task A_rule_is_silenced_where_the_chain_begins() => Check.InOrchestrator(
        Clock, """

            var a = [|Late()|];
            #pragma warning disable PERDURE0101 // Known.
            var b = Late();
            #pragma warning restore PERDURE0101
            """, "private static long Late() => DateTime.Now.Ticks;");

    [Fact]
    public Task A_constructor_is_followed_to_the_one_that_it_calls() => Check.InOrchestrator(
        Clock, "var a = [|new Made()|];", """
            private class Basic { protected Basic(int n) => Console.WriteLine(DateTime.Now.Ticks + n); }
            private class Made : Basic { public Made() : base(1) { } }
            """);

    [Fact]
    public async Task A_call_is_told_once_for_each_rule_with_its_shortest_way()
    {
        string[] messages = await Check.Source(
            Clock, Check.Orchestrator("var a = {|PERDURE0102:[|Both()|]|};", """
                private static long Both() => Far() + Near();
                private static long Far() => Near() + DateTime.Now.Ticks;
                private static long Near() => DateTime.UtcNow.Ticks + Guid.NewGuid().GetHashCode() + Deep();
                private static long Deep() => DateTime.Today.Ticks;
                """));
        messages.ShouldBe(
            [
                "Both → Far: DateTime.Now is not the same at replay; use context.CurrentUtcDateTime",
                "Both → Near: Guid.NewGuid() is not the same at replay; use context.NewGuid()",
            ]);
    }
}
