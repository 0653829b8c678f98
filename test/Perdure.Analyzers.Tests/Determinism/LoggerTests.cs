using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests.Determinism;

public sealed class LoggerTests
{
    [Theory]
    [InlineData("[|_injected.LogInformation(\"a\")|];")]
    [InlineData("[|injected.LogInformation(\"a\")|];")]
    public Task A_logger_that_came_with_the_object_is_found(string statements) =>
        Check.InOrchestrator("PERDURE0117", statements);

    [Theory]
    [InlineData("ILogger log = context.CreateReplaySafeLogger(_injected); log.LogInformation(\"a\");")]
    [InlineData("if (!context.IsReplaying) _injected.LogInformation(\"a\");")]
    public Task One_that_knows_of_replays_is_not(string statements) => Check.InOrchestrator("", statements);

    [Fact]
    public Task A_parameter_is_made_safe_by_the_host() => Check.Source("", """
        public static class Functions
        {
            [FunctionName("Run")]
            public static async Task Run([OrchestrationTrigger] IDurableOrchestrationContext context, ILogger log)
            {
                log.LogInformation("a");
                await context.CreateTimer(context.CurrentUtcDateTime);
            }
        }
        """);
}
