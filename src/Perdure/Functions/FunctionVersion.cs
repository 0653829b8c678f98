using System.Reflection;

namespace Perdure.Functions;

/// <summary>The version of a function: what the assembly says that has its class.</summary>
internal static class FunctionVersion
{
    private const int CharsMax = 100;

    public static string Of(FunctionDescription function)
    {
        Assembly assembly = function.Type.Assembly;
        string version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? assembly.GetName().Version?.ToString()
            ?? "";
        return version.Length > CharsMax ? version[..CharsMax] : version;
    }
}
