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

    /// <summary>
    /// The version of the instances that this code runs; null by default. Code of several versions stands side by side
    /// under one name: each instance runs on that of its own version. Code without a version runs instances without
    /// one, and where no code of the name has a version, all of them that <see cref="VersioningOptions"/> let the
    /// program run. At most 100 characters.
    /// </summary>
    public string? Version { get; set; }
}
