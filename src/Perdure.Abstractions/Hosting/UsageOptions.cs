namespace Perdure;

/// <summary>How long usage is kept, and what it would cost.</summary>
/// <remarks>
/// The prices are those that Azure publishes for its consumption plan (pay as you go, without the monthly free grant;
/// azure.microsoft.com/pricing/details/functions): 0.20 USD for a million executions and 0.000016 USD for a
/// gigabyte-second. They are for comparing; put the prices of your own machines here.
/// </remarks>
public sealed class UsageOptions
{
    /// <summary>How long usage is kept. Default 90 days; null for ever.</summary>
    public TimeSpan? Retention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>What a million executions cost. Default 0.20; 0 or more.</summary>
    public decimal PricePerMillionExecutions { get; set; } = 0.20m;

    /// <summary>What a gigabyte-second costs. Default 0.000016; 0 or more.</summary>
    public decimal PricePerGigabyteSecond { get; set; } = 0.000016m;

    /// <summary>Of the prices. Default <c>USD</c>.</summary>
    public string Currency { get; set; } = "USD";
}
