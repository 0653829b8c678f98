namespace Perdure;

/// <summary>How an orchestration is started, where the defaults are not enough.</summary>
public sealed class StartOptions
{
    /// <summary>
    /// The id of the new instance; null, the default, draws a new one. The rules are those of
    /// <see cref="IDurableOrchestrationClient.StartNewAsync(string, string?, CancellationToken)"/>.
    /// </summary>
    public string? InstanceId { get; set; }

    /// <summary>
    /// Not before this time: until then the instance is pending. Null, the default, or a time that has passed means at
    /// once.
    /// </summary>
    public DateTimeOffset? StartAt { get; set; }

    /// <summary>
    /// The version of the instance, for life; at most 100 characters. Null, the default: that which the program gives
    /// to new instances (<see cref="VersioningOptions.DefaultVersion"/>). Empty: none. A program whose
    /// <see cref="VersioningOptions.Version"/> is older, or which has none, does not run it: the instance waits for one
    /// that does.
    /// </summary>
    public string? Version { get; set; }

    /// <summary>Names and values by which the instance can be found; null by default.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; set; }

    /// <summary>An instance of the id refuses the start also when it has ended.</summary>
    internal bool OnlyIfNeverStarted { get; set; }
}
