using Perdure.Core.History;
using Perdure.Functions;
using Perdure.Tests.FSharp;
using Shouldly;
using Xunit;

namespace Perdure.Tests.Functions;

/// <summary>The patterns of the documents that started Perdure, with functions of our own.</summary>
public class TripSampleTests
{
    [Fact]
    public async Task A_chain_of_activities() =>
        (await RunAsync("GreetCities")).ShouldBe("""["Hello Oslo!","Hello Lima!"]""");

    [Fact]
    public async Task A_chain_through_types_and_the_oldest_name_of_the_context() =>
        (await RunAsync("PlanTrip", "DevDays")).ShouldBe("\"room from 2026-05-04 for DD-1\"");

    [Fact]
    public async Task A_plan_b_after_a_failure() => (await RunAsync("FlyOrRide")).ShouldBe("\"train to Oslo\"");

    [Fact]
    public async Task A_call_that_is_tried_again() => (await RunAsync("Insist")).ShouldBe("\"done\"");

    [Fact]
    public async Task Children_one_after_the_other_and_side_by_side() =>
        (await RunAsync("TwoTrips")).ShouldBe("\"room from 2026-05-04 for DD-1; room from 2026-05-04 for DD-1\"");

    [Fact]
    public async Task A_fan_out_over_many() => (await RunAsync("MailAll", new[] { "ada", "bob", "eve" })).ShouldBe("3");

    [Fact]
    public async Task Several_values_travel_as_a_tuple() =>
        (await RunAsync("Advise", 3)).ShouldBe("""{"major":"Logic","year":3,"courses":["Logic 3"]}""");

    [Fact]
    public async Task Functions_written_in_fsharp()
    {
        using TestHost host = new();
        FunctionRegistry registry = FunctionDiscovery.Discover([typeof(Shape).Assembly], host.Environment);

        (await RunAsync(registry, "FsAreas", null)).ShouldBe("10");
        host.Log.All.ShouldBe(["Function.FsLog: done"]);
        (await registry.RunAsync("FsArea", "\"Empty\"")).ShouldBe("0");
    }

    private static async Task<string> RunAsync(string name, object? input = null)
    {
        using TestHost host = new();
        return await RunAsync(host.Discover(typeof(Trips)), name, input);
    }

    private static async Task<string> RunAsync(FunctionRegistry registry, string name, object? input)
    {
        OrchestrationFunction function = registry.Orchestration(name);
        Task task = function.Start(new InlineContext(registry, input), out _);
        await task;
        return function.Result(task).ToString();
    }

    public sealed class Ticket
    {
        public string? Code { get; set; }

        public DateOnly[] Dates { get; set; } = [];
    }

    private static class Trips
    {
        [FunctionName("GreetCities")]
        public static async Task<List<string>> Greet([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            List<string> greetings = [];
            foreach (string city in (string[])["Oslo", "Lima"])
                greetings.Add(await context.CallActivityAsync<string>("GreetCity", city));
            return greetings;
        }

        [FunctionName("GreetCity")]
        public static string Hello([ActivityTrigger] string city) => $"Hello {city}!";

        [FunctionName("PlanTrip")]
        public static async Task<string> Plan([OrchestrationTrigger] DurableOrchestrationContext context)
        {
            string conference = context.GetInput<string>();
            Ticket ticket = await context.CallActivityAsync<Ticket>("BuyTicket", conference);
            return await context.CallActivityAsync<string>("ReserveRoom", ticket);
        }

        [FunctionName("BuyTicket")]
        public static Ticket Buy([ActivityTrigger] string conference) =>
            new() { Code = conference is "DevDays" ? "DD-1" : "?", Dates = [new(2026, 5, 4), new(2026, 5, 5)] };

        [FunctionName("ReserveRoom")]
        public static string Reserve([ActivityTrigger] Ticket ticket) =>
            $"room from {ticket.Dates[0]:yyyy-MM-dd} for {ticket.Code}";

        [FunctionName("FlyOrRide")]
        public static async Task<string> FlyOrRide([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            try
            {
                return await context.CallActivityAsync<string>("Fly", "Oslo");
            }
            catch (FunctionFailedException e) when (e.Failure.ErrorType == typeof(InvalidTimeZoneException).FullName)
            {
                return await context.CallActivityAsync<string>("Ride", "Oslo");
            }
        }

        [FunctionName("Fly")]
        public static string Fly([ActivityTrigger] string city) =>
            throw new InvalidTimeZoneException($"No flight to {city}.");

        [FunctionName("Ride")]
        public static string Ride([ActivityTrigger] string city) => $"train to {city}";

        [FunctionName("Insist")]
        public static async Task<string> Insist([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            RetryOptions options = new(firstRetryInterval: TimeSpan.FromMinutes(1), maxNumberOfAttempts: 3)
            {
                BackoffCoefficient = 2.0,
                Handle = e => ((FunctionFailedException)e).Failure.ErrorMessage.StartsWith('b'),
            };
            await context.CallActivityWithRetryAsync("Third", options);
            return "done";
        }

        [FunctionName("Third")]
        public static void Third([ActivityTrigger] IDurableActivityContext context)
        {
            if (context.Attempt < 3)
                throw new InvalidOperationException($"busy {context.Attempt}");
        }

        [FunctionName("TwoTrips")]
        public static async Task<string> Two([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            await context.CallSubOrchestratorAsync("PlanTrip", "DevDays");
            Task<string> first = context.CallSubOrchestratorAsync<string>("PlanTrip", "DevDays");
            Task<string> second = context.CallSubOrchestratorAsync<string>("PlanTrip", "child-1", "DevDays");
            return string.Join("; ", await Task.WhenAll(first, second));
        }

        [FunctionName("MailAll")]
        public static async Task<int> MailAll([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            string[] recipients = context.GetInput<string[]>();
            Task<bool>[] mails = recipients.Select(to => context.CallActivityAsync<bool>("Mail", to)).ToArray();
            return (await Task.WhenAll(mails)).Count(sent => sent);
        }

        [FunctionName("Mail")]
        public static bool Mail([ActivityTrigger] string to) => to.Length > 0;

        [FunctionName("Advise")]
        public static async Task<object> Advise([OrchestrationTrigger] IDurableOrchestrationContext context)
        {
            int year = context.GetInput<int>();
            object advice = await context.CallActivityAsync<object>("Courses", ("Logic", year));
            return advice;
        }

        [FunctionName("Courses")]
        public static async Task<object> Courses([ActivityTrigger] IDurableActivityContext inputs)
        {
            (string Major, int Year) student = inputs.GetInput<(string, int)>();
            await Task.Yield();
            string course = $"{student.Major} {student.Year}";
            return new { major = student.Major, year = student.Year, courses = new[] { course } };
        }
    }
}
