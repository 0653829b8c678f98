using Perdure.Core.Identity;

namespace Perdure.Clients;

/// <summary>What clients of queues and streams may call things.</summary>
internal static class ClientText
{
    /// <summary>The most characters of a name or reason that somebody gives with a command.</summary>
    public const int NoteMax = 500;

    /// <exception cref="ArgumentException">It is empty, too long, or not well-formed Unicode.</exception>
    public static void Check(string? text, string what, int charsMax)
    {
        if (text is null)
            return;
        if (text.Length == 0 || text.Length > charsMax || !WellFormed.Is(text))
            throw new ArgumentException($"The {what} has {text.Length} characters, or is not well-formed Unicode; it "
                + $"has 1 to {charsMax}.");
    }
}
