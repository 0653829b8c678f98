namespace Perdure;

/// <summary>How an orchestration starts another one, where the defaults are not enough.</summary>
public readonly record struct SubOrchestrationOptions
{
    /// <summary>The id of the new instance; null, the default, gives it one of its own.</summary>
    public string? InstanceId { get; init; }

    /// <summary>
    /// The version of the new instance, for life; at most 100 characters. Null, the default: that which the program
    /// gives to new instances (<see cref="VersioningOptions.DefaultVersion"/>), whatever the version of its parent.
    /// </summary>
    public string? Version { get; init; }

    /// <summary>Whether and how it is tried again when it fails; null, the default: not at all.</summary>
    public RetryOptions? Retry { get; init; }
}
