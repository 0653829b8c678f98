namespace Perdure;

/// <summary>
/// Everything that can be done with a task hub from outside its orchestrations and entities.
/// </summary>
/// <example>
/// <code>
/// var client = host.Services.GetRequiredService&lt;IDurableClient&gt;();
/// string id = await client.StartNewAsync("HelloCities");
/// DurableOrchestrationStatus status = await client.WaitForCompletionAsync(id, TimeSpan.FromMinutes(1));
/// </code>
/// </example>
public interface IDurableClient : IDurableOrchestrationClient, IDurableEntityClient
{
    /// <summary>The name of the task hub.</summary>
    new string TaskHubName { get; }
}
