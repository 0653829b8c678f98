namespace Perdure.AspNetCore.Security;

/// <summary>
/// What somebody asks to do, after everything that names it has been brought to the form that is used.
/// </summary>
/// <param name="Scope">What it takes.</param>
internal sealed record AccessRequest(AccessScope Scope)
{
    /// <summary>
    /// The one instance that it concerns, exactly as it is asked of the hub; null for everything else.
    /// </summary>
    public string? InstanceId { get; init; }

    /// <summary>
    /// Whether the link of a check-status answer is enough, if it is one of <see cref="InstanceId"/>.
    /// </summary>
    public bool AcceptsLink { get; init; }

    /// <summary>
    /// The function that is called; null for the management API. A key can be for some functions only.
    /// </summary>
    public string? FunctionName { get; init; }
}
