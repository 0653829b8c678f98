using System.Text.Json;
using Perdure.AspNetCore.Triggers;

namespace Perdure.AspNetCore.OpenApi;

/// <summary>The paths of the functions of the program.</summary>
internal static class FunctionPaths
{
    /// <summary>The name of the scheme for keys in addresses, where the options allow them.</summary>
    public const string KeyInQuery = "keyInQuery";

    /// <summary>What a document can say of a path, in its order.</summary>
    private static readonly string[] s_known = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

    /// <summary>What stands for all methods: the ones that programs use.</summary>
    private static readonly string[] s_usual = ["GET", "PUT", "POST", "DELETE", "PATCH"];

    /// <param name="writer">Within the paths of a document.</param>
    /// <param name="functions">The functions.</param>
    /// <param name="options">What applies to all of them.</param>
    /// <param name="names">The names of operations that are taken; those of the functions are added.</param>
    public static void Write(
        Utf8JsonWriter writer, IReadOnlyList<HttpFunction> functions, PerdureHttpOptions options,
        HashSet<string> names)
    {
        var paths = functions
            .SelectMany(f => FunctionAddress.Of(f.Route.Pattern).Select(a => (Address: a, Function: f)))
            .GroupBy(p => p.Address.Path, StringComparer.Ordinal);
        foreach (var path in paths)
        {
            writer.WriteStartObject(path.Key);
            foreach (string method in s_known)
            {
                (FunctionAddress Address, HttpFunction Function)[] here =
                    [.. path.Where(p => Methods(p.Function).Contains(method))];
                if (here.Length == 0)
                    continue;
                // Constraints decide between functions of one path, which a document cannot say of paths.
                HttpFunction function = here[0].Function;
                writer.WriteStartObject(method.ToLowerInvariant());
                writer.WriteString("operationId", NameOf(function, method, names));
                FunctionOperation operation = new(function, here[0].Address, method, options);
                operation.Write(writer, [.. here.Skip(1).Select(p => p.Function.Name)]);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
    }

    private static IReadOnlyList<string> Methods(HttpFunction function) =>
        function.Route.Methods.Count > 0 ? function.Route.Methods : s_usual;

    /// <summary>Of the function; with the method if it has several, and with a number if that is taken.</summary>
    private static string NameOf(HttpFunction function, string method, HashSet<string> names)
    {
        string name = Methods(function).Count == 1
            ? function.Name
            : $"{function.Name}_{method.ToLowerInvariant()}";
        string free = name;
        for (int i = 2; !names.Add(free); i++)
            free = $"{name}_{i}";
        return free;
    }
}
