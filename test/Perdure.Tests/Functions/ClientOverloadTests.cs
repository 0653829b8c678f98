using Shouldly;
using Xunit;

namespace Perdure.Tests.Functions;

/// <summary>Which overload the source code of Durable Functions means.</summary>
public class ClientOverloadTests
{
    private readonly StubClient _stub = new();

    private IDurableOrchestrationClient Client => _stub;

    [Fact]
    public async Task A_start_without_anything_but_a_name()
    {
        (await Client.StartNewAsync("Trip")).ShouldBe("new");
        _stub.Started.ShouldBe(("Trip", null, null, default));

        (await Client.StartNewAsync("Trip", null)).ShouldBe("new");
        _stub.Started.ShouldBe(("Trip", null, null, default));
    }

    [Fact]
    public async Task A_text_in_the_second_place_is_the_id()
    {
        (await Client.StartNewAsync("Trip", "trip-1")).ShouldBe("trip-1");
        _stub.Started.ShouldBe(("Trip", "trip-1", null, default));
    }

    [Fact]
    public async Task Anything_else_in_the_second_place_is_the_input()
    {
        object input = new { City = "Tokyo" };
        await Client.StartNewAsync("Trip", input);
        _stub.Started.ShouldBe(("Trip", null, input, default));

        await Client.StartNewAsync("Trip", 3);
        _stub.Started.ShouldBe(("Trip", null, 3, default));

        await Client.StartNewAsync<string>("Trip", input: "Tokyo");
        _stub.Started.ShouldBe(("Trip", null, "Tokyo", default));
    }

    [Fact]
    public async Task The_third_place_is_the_input()
    {
        await Client.StartNewAsync("Trip", "trip-1", "Tokyo");
        _stub.Started.ShouldBe(("Trip", "trip-1", "Tokyo", default));

        await Client.StartNewAsync("Trip", null, new Uri("https://example.org"));
        _stub.Started.ShouldBe(("Trip", null, new Uri("https://example.org"), default));

        await Client.StartNewAsync<object?>("Trip", "trip-1", null);
        _stub.Started.ShouldBe(("Trip", "trip-1", null, default));
    }

    [Fact]
    public async Task Options_are_never_taken_as_input()
    {
        StartOptions options = new() { InstanceId = "trip-1" };
        using CancellationTokenSource cancellation = new();

        await Client.StartNewAsync("Trip", options);
        _stub.Started.ShouldBe(("Trip", "trip-1", null, default));
        await Client.StartNewAsync("Trip", options, "Tokyo", cancellation.Token);
        _stub.Started.ShouldBe(("Trip", "trip-1", "Tokyo", cancellation.Token));
        await Client.StartNewAsync("Trip", options, cancellation.Token);
        _stub.Started.ShouldBe(("Trip", "trip-1", null, cancellation.Token));
        await Client.StartNewAsync("Trip", "trip-2", cancellation.Token);
        _stub.Started.ShouldBe(("Trip", "trip-2", null, cancellation.Token));
    }
}
