namespace Perdure.Core.Timers;

/// <summary>
/// Under which id a timer lives, so that it belongs to a partition as instances do: <c>@@!name</c>, in lower case. No
/// queue and no stream has such an id, because '!' is in none of their names.
/// </summary>
internal static class TimerIds
{
    private const string Prefix = "@@!";

    /// <summary>The range of all such ids: from the first on, and before the second.</summary>
    public static (string From, string Before) All { get; } = (Prefix, "@@\"");

    public static bool Is(string id) => id.StartsWith(Prefix, StringComparison.Ordinal);

    public static string Of(string function) => Prefix + function.ToLowerInvariant();

    /// <summary>The name of the function, in lower case.</summary>
    public static string NameOf(string id) => id[Prefix.Length..];
}
