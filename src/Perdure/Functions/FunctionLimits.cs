using System.Globalization;
using System.Reflection;

namespace Perdure.Functions;

/// <summary>Reads <c>[Timeout]</c> and <c>[Concurrency]</c>, and what the settings of the function say.</summary>
internal static class FunctionLimits
{
    /// <summary>What a timer of the platform can wait, in whole days.</summary>
    public static readonly TimeSpan TimeoutMax = TimeSpan.FromDays(49);

    public static TimeSpan? Timeout(
        FunctionDescription function, FunctionEnvironment environment, List<string> problems)
    {
        if (function.Method.GetCustomAttribute<TimeoutAttribute>() is not { } attribute)
            return environment.OptionsOf(function).Timeout;
        // With a colon only, because "5" would be five days.
        if (attribute.Timeout?.Contains(':', StringComparison.Ordinal) == true
            && TimeSpan.TryParseExact(attribute.Timeout, "c", CultureInfo.InvariantCulture, out TimeSpan timeout)
            && timeout > TimeSpan.Zero && timeout <= TimeoutMax)
            return timeout;
        problems.Add($"{function.Place}: [Timeout(\"{attribute.Timeout}\")] is not a time of more than zero "
            + $"and at most {TimeoutMax.Days} days, such as 00:05:00.");
        return null;
    }

    public static int? Concurrency(
        FunctionDescription function, FunctionEnvironment environment, List<string> problems)
    {
        if (function.Method.GetCustomAttribute<ConcurrencyAttribute>() is not { } attribute)
            return environment.OptionsOf(function).Concurrency;
        if (attribute.Limit < 1)
        {
            problems.Add($"{function.Place}: [Concurrency({attribute.Limit})] would let it never run; "
                + "the limit is 1 or more.");
        }
        return attribute.Limit;
    }

    /// <param name="kind">What the function is, with its article.</param>
    public static void Refuse(FunctionDescription function, string kind, List<string> problems)
    {
        foreach (Attribute attribute in function.Method.GetCustomAttributes())
        {
            if (attribute is TimeoutAttribute or ConcurrencyAttribute or ConcurrencyLimitAttribute)
                problems.Add($"{function.Place}: [{FunctionDescription.TextOf(attribute)}] limits activities; "
                    + $"{kind} cannot have it.");
        }
    }
}
