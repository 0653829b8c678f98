namespace Perdure;

/// <summary>How an orchestration starts afresh, where the defaults are not enough.</summary>
public sealed class ContinueAsNewOptions
{
    /// <summary>
    /// Whether events that nobody has waited for yet are handed to the new execution, in their order. False by default.
    /// </summary>
    public bool PreserveUnprocessedEvents { get; init; }

    /// <summary>
    /// The version from now on; null, the default, keeps the one that the instance has. An orchestration that never
    /// ends moves to newer code in this way; the new execution runs where that version does. At most 100 characters.
    /// </summary>
    public string? NewVersion { get; init; }
}
