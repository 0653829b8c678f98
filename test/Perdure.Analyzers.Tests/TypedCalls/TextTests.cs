using System.Runtime.CompilerServices;
using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests.TypedCalls;

/// <summary>The generated file as a whole.</summary>
public sealed class TextTests
{
    private const string Source = """
        namespace Trips;
        public record Request(string City);
        public static class Functions
        {
            [FunctionName("BookFlight")]
            public static Task<string> Book([ActivityTrigger] Request request) => Task.FromResult(request.City);
            [FunctionName("BookTravel")]
            public static async Task Run([OrchestrationTrigger] IDurableOrchestrationContext context) =>
                await context.CallBookFlightAsync(context.GetInput<Request>());
        }
        """;

    /// <summary>With <c>PERDURE_APPROVE=1</c> in the environment the file is written anew, to be looked at.</summary>
    [Fact]
    public void The_file_is_as_it_was_approved()
    {
        string text = Generation.Text([Source], out string[] messages);
        messages.ShouldBeEmpty();
        string file = Approved();
        if (Environment.GetEnvironmentVariable("PERDURE_APPROVE") == "1")
            File.WriteAllText(file, text);
        text.ShouldBe(File.ReadAllText(file));
    }

    private static string Approved([CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "TypedCalls.approved.txt");
}
