using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests;

/// <summary>What the fixes make of code; what they leave compiles, since it is analyzed again.</summary>
public sealed class FixTests
{
    [Theory]
    [InlineData("var a = DateTime.Now;", "var a = context.CurrentUtcDateTime;")]
    [InlineData("var a = DateTime.UtcNow.AddDays(1);", "var a = context.CurrentUtcDateTime.AddDays(1);")]
    [InlineData("var a = System.DateTime.Today;", "var a = context.CurrentUtcDateTime.Date;")]
    [InlineData("var a = DateTimeOffset.UtcNow;", "var a = new DateTimeOffset(context.CurrentUtcDateTime);")]
    [InlineData("var a = DateTime.Now - DateTime.UtcNow;",
        "var a = context.CurrentUtcDateTime - context.CurrentUtcDateTime;")]
    public Task The_clock(string before, string after) => Becomes(before, after);

    [Theory]
    [InlineData("var a = Guid.NewGuid();", "var a = context.NewGuid();")]
    [InlineData("var a = Guid.CreateVersion7().ToString();", "var a = context.NewGuid().ToString();")]
    [InlineData("Func<Guid> a = Guid.NewGuid;", "Func<Guid> a = context.NewGuid;")]
    public Task Guids(string before, string after) => Becomes(before, after);

    [Theory]
    [InlineData("await Task.Delay(TimeSpan.FromDays(1)); // Allowed: fixed, not run.",
        "await context.CreateTimer(context.CurrentUtcDateTime.Add(TimeSpan.FromDays(1))); // Allowed: fixed, not run.")]
    [InlineData("using var c = new CancellationTokenSource(); var a = Task.Delay(50, c.Token);",
        "using var c = new CancellationTokenSource(); "
            + "var a = context.CreateTimer(context.CurrentUtcDateTime.AddMilliseconds(50), c.Token);")]
    public Task Delays(string before, string after) => Becomes(before, after);

    [Fact]
    public Task ConfigureAwait() => Becomes(
        "await context.CallActivityAsync(\"Do\").ConfigureAwait(false);", "await context.CallActivityAsync(\"Do\");");

    [Theory]
    [InlineData("context.CallActivityAsync(\"Do\");", "await context.CallActivityAsync(\"Do\");")]
    [InlineData("Func<Task> a = async () => { context.CallActivityAsync(\"Do\"); };",
        "Func<Task> a = async () => { await context.CallActivityAsync(\"Do\"); };")]
    public Task Calls_that_nobody_awaits(string before, string after) => Becomes(before, after);

    [Theory]
    [InlineData("var a = new Random();")]
    [InlineData("var a = System.Diagnostics.Stopwatch.GetTimestamp();")]
    [InlineData("Action a = () => { context.CallActivityAsync(\"Do\"); };")]
    [InlineData("await context.CallActivityAsync(\"Do\").ConfigureAwait(ConfigureAwaitOptions.None);")]
    [InlineData("var a = Late();")]
    public Task What_has_no_fix_stays(string statements) => Becomes(statements, statements);

    private static async Task Becomes(string before, string after) =>
        (await Fixing.OfStatements(before, "private static long Late() => DateTime.Now.Ticks;")).ShouldBe(after);
}
