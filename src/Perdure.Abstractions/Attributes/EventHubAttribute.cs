namespace Perdure;

/// <summary>
/// Appends to a stream what the function gives: the value that it returns (<c>[return: EventHub("name")]</c>), an
/// <c>out</c> parameter, or what it adds to an <see cref="ICollector{T}"/> or <see cref="IAsyncCollector{T}"/>.
/// </summary>
/// <remarks>
/// The events leave when the function has ended well, in the commit that acknowledges what triggered it; a function
/// that throws has appended nothing. Null appends nothing; a <see cref="StreamEntry"/> says key and id.
/// </remarks>
/// <param name="eventHubName">The name of the stream, as in <see cref="EventHubTriggerAttribute"/>.</param>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.ReturnValue)]
public sealed class EventHubAttribute(string eventHubName) : Attribute
{
    /// <summary>The name of the stream.</summary>
    public string EventHubName { get; } = eventHubName;

    /// <summary>
    /// Is not needed: every stream lives in the task hub. It may stand here, so that code from elsewhere compiles.
    /// </summary>
    public string? Connection { get; set; }
}
