namespace Perdure;

/// <summary>By what usage is added up.</summary>
public enum UsageGrouping
{
    /// <summary>By the name of the function.</summary>
    Function,

    /// <summary>By the day, in UTC.</summary>
    Day,

    /// <summary>
    /// By what makes functions run: <c>activity</c>, <c>entity</c>, <c>http</c>, <c>orchestration</c>, <c>queue</c> or
    /// <c>stream</c>.
    /// </summary>
    Trigger,
}
