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
    /// A version for the code to ask for; null by default. It stays with the instance as long as it lives.
    /// </summary>
    public string? Version { get; set; }

    /// <summary>Names and values by which the instance can be found; null by default.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; set; }

    /// <summary>An instance of the id refuses the start also when it has ended.</summary>
    internal bool OnlyIfNeverStarted { get; set; }
}
