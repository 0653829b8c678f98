namespace Perdure.Core.Stores;

/// <summary>
/// The functions of a node as other nodes know them: the kind and the name, which is compared in any case.
/// </summary>
internal static class CodeNames
{
    public static string Activity(string name) => Of("activity", name);

    public static string Orchestration(string name) => Of("orchestration", name);

    public static string Entity(string name) => Of("entity", name);

    public static string Queue(string name) => Of("queue", name);

    public static string Stream(string name) => Of("stream", name);

    public static string Timer(string name) => Of("timer", name);

    private static string Of(string kind, string name) => $"{kind} {name.ToUpperInvariant()}";
}
