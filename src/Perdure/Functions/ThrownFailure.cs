using System.Reflection;
using System.Text;

namespace Perdure.Functions;

/// <summary>Exceptions as data, limited in depth and size so that no failure is too large for the history.</summary>
internal static class ThrownFailure
{
    public const int DepthMax = 8;
    public const int MessageCharsMax = 4 * 1024;
    public const int StackTraceCharsMax = 8 * 1024;

    public static FailureDetails Of(Exception exception) => Of(exception, DepthMax);

    private static FailureDetails Of(Exception exception, int depth)
    {
        // Reflection wraps what the author threw; the author never wrote that wrapping.
        while (exception is TargetInvocationException { InnerException: { } thrown })
            exception = thrown;

        FailureDetails? inner = depth == 1 ? null
            : exception is FunctionFailedException failed ? Limited(failed.Failure, depth - 1)
            : exception.InnerException is { } cause ? Of(cause, depth - 1)
            : null;
        return new(
            exception.GetType().FullName!,
            Limited(Read(exception, static e => e.Message), MessageCharsMax)!,
            Limited(Read(exception, static e => e.StackTrace), StackTraceCharsMax),
            inner);
    }

    private static FailureDetails? Limited(FailureDetails? failure, int depth) =>
        failure is null || depth == 0 ? null : failure with { InnerFailure = Limited(failure.InnerFailure, depth - 1) };

    /// <summary>An author may override these properties, and wrongly.</summary>
    private static string? Read(Exception exception, Func<Exception, string?> property)
    {
        try
        {
            return property(exception);
        }
        catch (Exception e)
        {
            return $"(not readable: {e.GetType()})";
        }
    }

    /// <summary>Also makes the text well-formed, because it must be written whatever it holds.</summary>
    private static string? Limited(string? text, int charsMax)
    {
        if (text is null)
            return null;
        bool fits = text.Length <= charsMax;
        int length = fits ? text.Length : charsMax - (char.IsHighSurrogate(text[charsMax - 1]) ? 1 : 0);
        if (fits && text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0)
            return text;

        StringBuilder result = new(length + 1);
        foreach (Rune rune in text.AsSpan(0, length).EnumerateRunes())
            result.Append(rune);
        return fits ? result.ToString() : result.Append('…').ToString();
    }
}
