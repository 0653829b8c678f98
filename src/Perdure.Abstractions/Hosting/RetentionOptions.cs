namespace Perdure;

/// <summary>
/// How long ended orchestrations are kept, from their end on. Afterwards they are deleted with their history, a few at
/// a time. Null keeps them for ever; zero deletes them at the next round, which comes every ten minutes.
/// </summary>
public sealed class RetentionOptions
{
    /// <summary>Default 30 days.</summary>
    public TimeSpan? Completed { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Default 90 days.</summary>
    public TimeSpan? Failed { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Default 90 days.</summary>
    public TimeSpan? Terminated { get; set; } = TimeSpan.FromDays(90);
}
