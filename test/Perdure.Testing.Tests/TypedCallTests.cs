namespace Perdure.Testing.Tests;

/// <summary>Generated methods do what the calls by name do.</summary>
public sealed class TypedCallTests
{
    private static readonly Shop.Order s_order = new("Ada", [1, 2, 3]);

    [Fact]
    public async Task They_run_activities_and_children_with_retries_and_ids()
    {
        await using TestHub hub = await TestHub.StartAsync(b => b.AddFunctions(typeof(Shop)));
        DateTimeOffset began = hub.Now;
        string id = await hub.Client.StartFillOrderAsync(s_order);
        DurableOrchestrationStatus status = await hub.WaitForCompletionAsync(id);
        status.Output.GetString().ShouldBe("Ada 6 payment True Ada");
        (hub.Now - began).ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task They_start_with_an_id_or_with_options()
    {
        await using TestHub hub = await TestHub.StartAsync(b => b.AddFunctions(typeof(Shop)));
        (await hub.Client.StartFillOrderAsync(s_order, "mine")).ShouldBe("mine");
        await Should.ThrowAsync<OrchestrationAlreadyExistsException>(() =>
            hub.Client.StartFillOrderAsync(s_order, "mine"));
        await hub.WaitForCompletionAsync("mine");
        StartOptions later = new() { InstanceId = "later", StartAt = hub.Now.AddDays(1) };
        await hub.Client.StartPayAsync(("Bob", 5), later);
        DateTimeOffset began = hub.Now;
        (await hub.WaitForCompletionAsync("later")).Output.ToString().ShouldContain("Bob 5 later");
        (hub.Now - began).ShouldBe(TimeSpan.FromDays(1));
    }
}
