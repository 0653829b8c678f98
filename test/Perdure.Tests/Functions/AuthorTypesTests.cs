using System.Text.Json;
using Microsoft.Extensions.Logging;
using Perdure.Functions;
using Shouldly;
using Xunit;

namespace Perdure.Tests.Functions;

public class AuthorTypesTests
{
    [Fact]
    public void Retry_options_have_the_defaults_of_durable_functions()
    {
        RetryOptions options = new(TimeSpan.FromSeconds(5), 3);

        options.FirstRetryInterval.ShouldBe(TimeSpan.FromSeconds(5));
        options.MaxNumberOfAttempts.ShouldBe(3);
        options.BackoffCoefficient.ShouldBe(1);
        options.MaxRetryInterval.ShouldBe(TimeSpan.FromDays(6));
        options.RetryTimeout.ShouldBe(TimeSpan.MaxValue);
        options.Handle(new FormatException()).ShouldBeTrue();
    }

    [Fact]
    public void Retry_options_refuse_what_makes_no_sense()
    {
        RetryOptions options = new(TimeSpan.FromTicks(1), 1);
        Action[] wrong =
        [
            () => _ = new RetryOptions(TimeSpan.Zero, 1),
            () => _ = new RetryOptions(TimeSpan.FromSeconds(-1), 1),
            () => _ = new RetryOptions(TimeSpan.FromSeconds(1), 0),
            () => options.BackoffCoefficient = 0.5,
            () => options.BackoffCoefficient = double.NaN,
            () => options.BackoffCoefficient = double.PositiveInfinity,
            () => options.MaxRetryInterval = TimeSpan.Zero,
            () => options.RetryTimeout = TimeSpan.Zero,
            () => options.Handle = null!,
        ];

        foreach (Action set in wrong)
            Should.Throw<ArgumentException>(set);
        Should.Throw<ArgumentException>(() => options.BackoffCoefficient = 0).Message
            .ShouldStartWith("BackoffCoefficient must be a finite number of 1 or more.");
        options.BackoffCoefficient.ShouldBe(1);
    }

    [Fact]
    public void A_status_without_values_shows_them_as_null()
    {
        DurableOrchestrationStatus status = new()
        {
            Name = "Trip",
            InstanceId = "trip-1",
            RuntimeStatus = OrchestrationRuntimeStatus.Pending,
            Output = default,
        };

        status.Input.ValueKind.ShouldBe(JsonValueKind.Null);
        status.Output.Deserialize<string>().ShouldBeNull();
        JsonSerializer.Serialize(status).ShouldContain("\"CustomStatus\":null");
    }

    [Fact]
    public void The_numbers_of_the_statuses_are_those_of_durable_functions() =>
        Enum.GetValues<OrchestrationRuntimeStatus>().Select(s => $"{s} {(int)s}").ShouldBe(
            [
                "Running 0", "Completed 1", "ContinuedAsNew 2", "Failed 3", "Canceled 4", "Terminated 5", "Pending 6",
                "Suspended 7", "Unknown -1",
            ]);

    [Fact]
    public void A_replay_safe_logger_says_that_it_is_off_and_passes_scopes_on()
    {
        using TestHost host = new();
        FunctionRegistry registry = host.Discover();
        InlineContext context = new(registry);
        ILogger logger = context.CreateReplaySafeLogger(host.Environment.Loggers.CreateLogger("Own"));

        logger.IsEnabled(LogLevel.Information).ShouldBeTrue();
        logger.LogInformation("once");
        context.IsReplaying = true;
        logger.IsEnabled(LogLevel.Information).ShouldBeFalse();
        logger.LogInformation("again");

        host.Log.All.ShouldBe(["Own: once"]);
        Should.Throw<ArgumentNullException>(() => context.CreateReplaySafeLogger(null!));
    }

    [Fact]
    public void Exceptions_say_what_to_do_next()
    {
        new OrchestrationAlreadyExistsException("trip-1", OrchestrationRuntimeStatus.Running).Message.ShouldBe(
            "An orchestration with the id 'trip-1' exists and is Running. "
            + "Wait for its end, terminate it, or use another id.");
        new NonDeterministicOrchestrationException("trip-1", "activity 'A'", "activity 'B'").Message.ShouldBe(
            "Orchestration 'trip-1' is not deterministic: its history holds activity 'A', "
            + "but the code asked for activity 'B'. "
            + "Deploy the code that wrote this history, or give changed code a new name or version.");
    }

    [Fact]
    public void A_page_has_a_size()
    {
        OrchestrationStatusQueryCondition condition = new() { PageSize = 1000 };

        Should.Throw<ArgumentException>(() => condition.PageSize = 0);
        Should.Throw<ArgumentException>(() => condition.PageSize = 1001);
        condition.PageSize.ShouldBe(1000);
    }
}
