namespace Perdure;

/// <summary>
/// Hands the function a client of a task hub. The parameter is an <see cref="IDurableClient"/>, an
/// <see cref="IDurableOrchestrationClient"/>, an <see cref="IDurableEntityClient"/> or one of their older names.
/// </summary>
/// <remarks>
/// Not for orchestrations: what a client does is not part of the history, so replay would do it again.
/// </remarks>
[AttributeUsage(AttributeTargets.Parameter)]
public class DurableClientAttribute : Attribute
{
    /// <summary>The task hub; null by default, which is the hub of this host.</summary>
    public string? TaskHub { get; set; }

    /// <summary>
    /// The name of the setting that says where the hub is stored; null by default, which is the store of this host.
    /// </summary>
    public string? ConnectionName { get; set; }
}
