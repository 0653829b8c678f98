namespace Perdure.Core.Versioning;

/// <summary>
/// The versions of instances that some code runs, also as a text that nodes tell each other. The text of the range that
/// takes only instances without a version is empty.
/// </summary>
internal readonly record struct VersionRange
{
    private const string UpToMark = "<=", ExactMark = "=", AnyMark = "*";

    private readonly string? _mark;

    private VersionRange(string? mark, string? version) => (_mark, Version) = (mark, version);

    /// <summary>All versions, and none.</summary>
    public static VersionRange Any { get; } = new(AnyMark, null);

    /// <summary>The newest that is taken; null: none, or any.</summary>
    public string? Version { get; }

    /// <summary>This version and older ones, and none.</summary>
    public static VersionRange UpTo(string? version) =>
        string.IsNullOrEmpty(version) ? default : new(UpToMark, version);

    /// <summary>This version; null or empty: none.</summary>
    public static VersionRange Exactly(string? version) =>
        string.IsNullOrEmpty(version) ? default : new(ExactMark, version);

    public bool Takes(string? version) => _mark switch
    {
        AnyMark => true,
        UpToMark => VersionOrder.Instance.Compare(version, Version) <= 0,
        _ => VersionOrder.Same(version, Version),
    };

    public override string ToString() => _mark + Version;

    /// <summary>Null for what a newer program says and this one does not understand.</summary>
    public static VersionRange? Parse(string text) => text switch
    {
        "" => default(VersionRange),
        AnyMark => Any,
        ['<', '=', _, ..] => UpTo(text[2..]),
        ['=', _, ..] => Exactly(text[1..]),
        _ => null,
    };
}
