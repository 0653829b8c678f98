using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Rules;

/// <summary>
/// The section of a rule in <c>docs/analyzers.md</c>, which travels in this assembly. Read when somebody looks at it: a
/// build never does.
/// </summary>
internal sealed class RuleDescription(string id) : LocalizableString
{
    private readonly string _id = id;

    private const string Document = "analyzers.md";
    private const string Heading = "## ";

    private static readonly Lazy<string> s_document = new(ReadDocument);

    /// <inheritdoc/>
    protected override string GetText(IFormatProvider? formatProvider)
    {
        string start = $"\n{Heading}{_id}\n";
        int begin = s_document.Value.IndexOf(start, StringComparison.Ordinal);
        if (begin < 0)
            return "";
        begin += start.Length;
        int end = s_document.Value.IndexOf($"\n{Heading}", begin, StringComparison.Ordinal);
        string section = end < 0 ? s_document.Value.Substring(begin) : s_document.Value.Substring(begin, end - begin);
        // Its first line is the title and the severity, which whoever shows a rule shows as well.
        return section.Substring(section.IndexOf("\n\n", StringComparison.Ordinal) + 2).Trim();
    }

    /// <inheritdoc/>
    protected override int GetHash() => StringComparer.Ordinal.GetHashCode(_id);

    /// <inheritdoc/>
    protected override bool AreEqual(object? other) =>
        other is RuleDescription rule && rule._id == _id;

    private static string ReadDocument()
    {
        using Stream stream = typeof(RuleDescription).Assembly.GetManifestResourceStream(Document);
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().Replace("\r\n", "\n");
    }
}
