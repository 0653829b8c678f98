namespace Perdure;

/// <summary>
/// Makes the function an orchestration: code that is run again from its history after every restart, and so must be
/// deterministic. The parameter is an <see cref="IDurableOrchestrationContext"/>.
/// </summary>
/// <example>
/// <code>
/// [FunctionName("Greet")]
/// public static Task&lt;string&gt; Greet([OrchestrationTrigger] IDurableOrchestrationContext context) =>
///     context.CallActivityAsync&lt;string&gt;("SayHello", context.GetInput&lt;string&gt;());
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class OrchestrationTriggerAttribute : Attribute
{
    /// <summary>
    /// The name of the orchestration, stronger than <see cref="FunctionNameAttribute"/>; null by default.
    /// </summary>
    public string? Orchestration { get; set; }
}
