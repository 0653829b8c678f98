namespace Perdure;

/// <summary>
/// Makes the function an entity: code that runs one operation after the other on a small state, which it keeps. The
/// parameter is an <see cref="IDurableEntityContext"/>.
/// </summary>
/// <example>
/// <code>
/// [FunctionName("Counter")]
/// public static void Counter([EntityTrigger] IDurableEntityContext context)
/// {
///     if (context.OperationName == "add")
///         context.SetState(context.GetState&lt;int&gt;() + context.GetInput&lt;int&gt;());
/// }
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class EntityTriggerAttribute : Attribute
{
    /// <summary>The name of the entity, stronger than <see cref="FunctionNameAttribute"/>; null by default.</summary>
    public string? EntityName { get; set; }
}
