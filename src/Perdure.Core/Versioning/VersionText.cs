using Perdure.Core.Identity;

namespace Perdure.Core.Versioning;

/// <summary>What may be a version.</summary>
internal static class VersionText
{
    public const int LengthMax = 100;

    /// <summary>Says what is wrong with it, or returns null when it is fine.</summary>
    public static string? Problem(string version)
    {
        if (version.Length is 0 or > LengthMax)
            return $"it has {version.Length} characters; versions have 1 to {LengthMax}";
        if (version.Any(char.IsControl))
            return "it contains a control character";
        return WellFormed.Is(version) ? null : "it contains half of a surrogate pair";
    }

    /// <summary>For messages.</summary>
    public static string Describe(string? version) =>
        string.IsNullOrEmpty(version) ? "no version" : $"the version '{version}'";

    /// <summary>The version, or null when there is none: null or empty.</summary>
    /// <exception cref="ArgumentException">It cannot be a version.</exception>
    public static string? Checked(string? version) => string.IsNullOrEmpty(version)
        ? null
        : Problem(version) is { } problem
            ? throw new ArgumentException($"'{version}' cannot be a version: {problem}.", nameof(version))
            : version;
}
