using NSubstitute;

namespace Perdure.Testing.Tests;

/// <summary>
/// Functions called by themselves, with fakes of their contexts from a common library and without a hub.
/// </summary>
public sealed class FakeContextTests
{
    [Theory]
    [InlineData(true, "Welcome, Ada")]
    [InlineData(false, "Sorry, Ada")]
    public async Task An_orchestrator_runs_on_a_fake_of_its_context(bool isFine, string expected)
    {
        IDurableOrchestrationContext context = Substitute.For<IDurableOrchestrationContext>();
        context.GetInput<string>().Returns("Ada");
        context.Version.Returns("2.0");
        context.CallActivityAsync<bool>("Check", "Ada").Returns(isFine);
        context.CallSubOrchestratorAsync<int>("Count", new SubOrchestrationOptions { Version = "2.0" }, "Ada")
            .Returns(3);

        (await Admission.Run(context)).ShouldBe(expected);

        await context.Received(isFine ? 1 : 0).CallActivityAsync("Greet", 3);
        context.Received(1).SetCustomStatus("checked");
    }

    [Fact]
    public void An_entity_runs_on_a_fake_of_its_context()
    {
        IDurableEntityContext context = Substitute.For<IDurableEntityContext>();
        context.OperationName.Returns("add");
        context.GetInput<int>().Returns(5);
        context.GetState<int>().Returns(2);

        Admission.Counter(context);

        context.Received(1).SetState(7);
        context.Received(1).Return(7);
    }

    /// <summary>Hidden, so that no host finds it.</summary>
    private static class Admission
    {
        [FunctionName("Admit")]
        public static async Task<string> Run([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            string name = context.GetInput<string>();
            bool isFine = await context.CallActivityAsync<bool>("Check", name);
            context.SetCustomStatus("checked");
            if (!isFine || context.CompareVersionTo("2.0") < 0)
                return $"Sorry, {name}";
            int count = await context.CallSubOrchestratorAsync<int>(
                "Count", new SubOrchestrationOptions { Version = "2.0" }, name);
            await context.CallActivityAsync("Greet", count);
            return $"Welcome, {name}";
        }

        [FunctionName("Counter")]
        public static void Counter([EntityTrigger] IDurableEntityContext context)
        {
            int sum = context.GetState<int>() + context.GetInput<int>();
            context.SetState(sum);
            context.Return(sum);
        }
    }
}
