using Microsoft.CodeAnalysis;
using Perdure.Analyzers.Rules;

namespace Perdure.Analyzers.Determinism;

/// <summary>
/// The members of libraries that orchestrators may not use, as one compilation sees them. What a type derives from
/// counts, so that the connection of any database is found.
/// </summary>
internal sealed class ForbiddenMembers
{
    private const string All = "*";

    private readonly Dictionary<ISymbol, Dictionary<string, DiagnosticDescriptor>> _types =
        new(SymbolEqualityComparer.Default);

    public ForbiddenMembers(Compilation compilation)
    {
        foreach (var (rule, type, members) in ForbiddenTable.Rows)
        {
            foreach (INamedTypeSymbol symbol in compilation.GetTypesByMetadataName(type))
            {
                if (!_types.TryGetValue(symbol, out var known))
                    _types[symbol] = known = [];
                foreach (string member in members.Split(' '))
                    known[member] = rule;
            }
        }
    }

    /// <summary>The rule that the use of a method, a property or a constructor breaks.</summary>
    public DiagnosticDescriptor? Find(ISymbol member)
    {
        for (INamedTypeSymbol? type = member.ContainingType; type is not null; type = type.BaseType)
        {
            if (_types.TryGetValue(type.OriginalDefinition, out var members) && Find(members, member) is { } rule)
                return rule;
        }
        return null;
    }

    private static DiagnosticDescriptor? Find(Dictionary<string, DiagnosticDescriptor> members, ISymbol member)
    {
        if (members.TryGetValue(member.Name, out DiagnosticDescriptor? rule) || members.TryGetValue(All, out rule))
            return rule;
        return member is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor
            && members.TryGetValue($"{member.Name}/{constructor.Parameters.Length}", out rule)
                ? rule
                : null;
    }
}
