using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Functions;

/// <summary>
/// The functions of a compilation and of the assemblies that it refers to, as the host would find them by name.
/// </summary>
internal sealed class FunctionIndex
{
    private const string Library = "Perdure";

    private readonly ILookup<(FunctionKind, string), Function> _byName;
    private readonly ILookup<FunctionKind, string> _names;

    public FunctionIndex(Compilation compilation, PerdureTypes types)
    {
        Function[] functions =
        [
            .. from assembly in Assemblies(compilation)
               from type in Types(assembly.GlobalNamespace)
               from method in type.GetMembers().OfType<IMethodSymbol>()
               where method.MethodKind == MethodKind.Ordinary
               let function = types.Read(method)
               where function is not null && FunctionText.IsName(function.Name)
               select function,
        ];
        _byName = functions.ToLookup(f => (f.Trigger.Kind, f.Name.ToUpperInvariant()));
        _names = functions.ToLookup(f => f.Trigger.Kind, f => f.Name);
    }

    /// <summary>Those of this name; none when it is not known.</summary>
    public IEnumerable<Function> Find(FunctionKind kind, string name) => _byName[(kind, name.ToUpperInvariant())];

    public bool HasAny(FunctionKind kind) => _names.Contains(kind);

    /// <summary>The names of a kind, with those first that are most like this one.</summary>
    public IEnumerable<string> Like(FunctionKind kind, string name) => _names[kind]
        .Distinct(StringComparer.OrdinalIgnoreCase)
        .OrderBy(n => NameDistance.Between(n, name)).ThenBy(n => n, StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<IAssemblySymbol> Assemblies(Compilation compilation) =>
        compilation.SourceModule.ReferencedAssemblySymbols.Where(a => !IsLibrary(a.Name) && UsesLibrary(a))
            .Prepend(compilation.Assembly);

    private static bool UsesLibrary(IAssemblySymbol assembly) =>
        assembly.Modules.Any(m => m.ReferencedAssemblies.Any(r => IsLibrary(r.Name)));

    private static bool IsLibrary(string name) =>
        name == Library || name.StartsWith(Library + ".", StringComparison.Ordinal);

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceOrTypeSymbol parent)
    {
        Stack<INamespaceOrTypeSymbol> open = new([parent]);
        while (open.Count > 0)
        {
            foreach (INamespaceOrTypeSymbol member in open.Pop().GetMembers().OfType<INamespaceOrTypeSymbol>())
            {
                open.Push(member);
                if (member is INamedTypeSymbol { TypeKind: TypeKind.Class } type)
                    yield return type;
            }
        }
    }
}
