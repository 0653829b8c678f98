using System.Text.RegularExpressions;
using Perdure.Analyzers.Tests.Harness;
using Perdure.Analyzers.TypedCalls;

namespace Perdure.Analyzers.Tests.TypedCalls;

/// <summary>What is not generated, because it would not compile or would be mistaken for something else.</summary>
public sealed class MissingTests
{
    private const string Around = """
        public class Open<T>;
        public class Functions
        {
            private class Hidden;
            protected class Inherited;
            private static class Inner { public static void F([ActivityTrigger] int a) { } }
            public ref struct Span;
            [Obsolete("gone", error: true)] public class Gone;
            ~
        }
        file class Local;
        public abstract class Generic<T> { public void InGeneric([ActivityTrigger] int a) { } }
        """;

    [Theory]
    [InlineData("private void F([ActivityTrigger] int a) { }")]
    [InlineData("public void F<T>([ActivityTrigger] T a) { }")]
    [InlineData("[FunctionName(\"say hello\")] public void F([ActivityTrigger] int a) { }")]
    [InlineData("public void F([EntityTrigger] IDurableEntityContext c) { }")]
    [InlineData("public void F([QueueTrigger(\"a\")] string a) { }")]
    public void What_is_no_function_or_of_another_kind_has_no_call(string declaration) => Generation
        .Signatures($"public class Functions {{ {declaration} }}", out string[] messages)
        .Concat(messages).ShouldBeEmpty();

    [Theory]
    [InlineData("public void X([ActivityTrigger] IDurableActivityContext c) => c.GetInput<Hidden>();",
        "'CallXAsync' is not generated for the function 'X': Hidden is not accessible in the whole project; "
            + "call it by its name")]
    [InlineData("public void X([ActivityTrigger] IDurableActivityContext c) => c.GetInput<List<Inherited[]>>();",
        "'CallXAsync' is not generated for the function 'X': Inherited is not accessible *")]
    [InlineData("public void X([ActivityTrigger] Span a) { }", "*: Span cannot be named elsewhere; *")]
    [InlineData("[Obsolete] public void X([ActivityTrigger] Gone a) { }", "*: Gone is obsolete; *")]
    [InlineData("} file class InFile { public Task<List<Local>> X([ActivityTrigger] int a) => null!;",
        "*: Local is known in its file only; *")]
    [InlineData("public void X([ActivityTrigger] IDurableActivityContext c) => c.GetInput<Local>();",
        "*: Local is known in its file only; *")]
    [InlineData("public void Activity([ActivityTrigger] int a) { }",
        "'CallActivityAsync' is not generated for the function 'Activity': the interface has a method of this name; *")]
    public void What_cannot_be_written_is_left_out_and_said(string declaration, string expected)
    {
        string[] calls = Generation.Signatures(
            Around.Replace("~", declaration), out string[] messages);
        calls.ShouldBeEmpty();
        messages.Where(m => !m.Contains("InGeneric") && !m.Contains("Inner"))
            .Single().ShouldMatch(Regex.Escape(expected).Replace(@"\*", ".*"));
    }

    [Fact]
    public void Classes_of_functions_that_cannot_be_named_are_said()
    {
        Generation.Signatures(Around.Replace("~", ""), out string[] messages).ShouldBeEmpty();
        messages.ShouldBe(
            [
                "'CallFAsync' is not generated for the function 'F': Inner is not accessible in the whole project; "
                    + "call it by its name",
                "'CallInGenericAsync' is not generated for the function 'InGeneric': Generic is generic; "
                    + "call it by its name",
            ]);
    }

    [Fact]
    public void An_orchestrator_whose_result_is_not_told_can_be_started()
    {
        Generation.Signatures("""
            public static class Functions
            {
                public static void Run([OrchestrationTrigger] IDurableOrchestrationContext c) => c.SetOutput(1);
                [FunctionName("New")] public static void N([OrchestrationTrigger] IDurableOrchestrationContext c) { }
            }
            """, out string[] messages).Select(s => s[..s.IndexOf('(', StringComparison.Ordinal)])
            .ShouldBe(
                ["Task CallNewAsync", "Task CallNewAsync", "Task<string> StartRunAsync", "Task<string> StartRunAsync"]);
        messages.Length.ShouldBe(2);
        messages[0].ShouldContain("'CallRunAsync' is not generated for the function 'Run': Functions.Run sets its out");
        messages[1].ShouldContain("'StartNewAsync' is not generated for the function 'New'");
    }

    [Fact]
    public void Names_that_become_one_are_left_out_together()
    {
        string[] calls = Generation.Signatures("""
            public static class Functions
            {
                [FunctionName("send-mail")] public static void A([ActivityTrigger] int a) { }
                [FunctionName("SendMail")] public static void B([ActivityTrigger] string b) { }
                [FunctionName("Twice")] public static void C([ActivityTrigger] int a) { }
                [FunctionName("twice")] public static void D([OrchestrationTrigger] IDurableOrchestrationContext c) { }
                [FunctionName("Other")] public static void E([ActivityTrigger] int a) { }
            }
            """, out string[] messages);
        calls.Select(s => s[..s.IndexOf('(', StringComparison.Ordinal)]).ShouldBe(
            ["Task CallOtherAsync", "Task<string> StartTwiceAsync", "Task<string> StartTwiceAsync"]);
        messages.Length.ShouldBe(4);
        messages.Count(m => m.Contains("it would stand for 'send-mail' and 'SendMail'")).ShouldBe(2);
        messages.Count(m => m.Contains("the name belongs to Functions.")).ShouldBe(2);
    }

    [Theory]
    [InlineData("public static Task CallShipAsync(this IDurableOrchestrationContext c, int n) => Task.CompletedTask;")]
    [InlineData("extension(IDurableOrchestrationContext c) { public Task CallShipAsync(int n) => null!; }")]
    public void A_method_of_the_project_is_left_alone(string own)
    {
        Generation.Text([$$"""
            public static class Own { {{own}} }
            public static class Functions
            {
                public static void Ship([ActivityTrigger] int a) { }
                public static Task CallOtherAsync(this string text) => Task.CompletedTask;
                public static Task Run([OrchestrationTrigger] IDurableOrchestrationContext c) => c.CallShipAsync(1);
            }
            """], out string[] messages).ShouldNotContain("CallShipAsync");
        messages.ShouldBe(
            [
                "'CallShipAsync' is not generated for the function 'Ship': the project has an extension method of this "
                    + "name; call it by its name",
            ]);
    }

    [Fact]
    public void All_methods_of_the_interfaces_are_known() => TypedCallPlan.OfInterfaces.Order().ShouldBe(
        new[] { typeof(IDurableOrchestrationContext), typeof(IDurableClient) }
            .SelectMany(t => t.GetInterfaces().Prepend(t)).SelectMany(t => t.GetMethods()).Select(m => m.Name)
            .Where(n => Regex.IsMatch(n, "^(Call|Start).*Async$")).Distinct().Order());
}
