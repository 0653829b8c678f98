using Perdure.Core.Versioning;

namespace Perdure.Core.Stores;

/// <summary>
/// The functions of a node as other nodes know them: the kind and the name, which is compared in any case, and behind
/// them the versions of the instances that it runs.
/// </summary>
internal static class CodeNames
{
    public static string Activity(string name) => Of("activity", name);

    public static string Orchestration(string name) => Of("orchestration", name);

    public static string Entity(string name) => Of("entity", name);

    public static string Queue(string name) => Of("queue", name);

    public static string Stream(string name) => Of("stream", name);

    public static string Timer(string name) => Of("timer", name);

    /// <summary>The code as one that runs these versions.</summary>
    public static string In(string code, VersionRange versions) =>
        versions == default ? code : $"{code} {versions}";

    /// <summary>The code and its versions. Names have no spaces.</summary>
    public static (string Code, VersionRange? Versions) Split(string code)
    {
        int end = code.IndexOf(' ', code.IndexOf(' ') + 1);
        return end < 0 ? (code, default(VersionRange)) : (code[..end], VersionRange.Parse(code[(end + 1)..]));
    }

    private static string Of(string kind, string name) => $"{kind} {name.ToUpperInvariant()}";
}
