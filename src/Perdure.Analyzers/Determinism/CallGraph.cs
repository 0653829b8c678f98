using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Perdure.Analyzers.Determinism;

/// <summary>
/// What methods do through what they call. Each method is read once per compilation, and only those that an
/// orchestrator can get to, so that a compilation pays for its orchestrators and not for its size.
/// </summary>
internal sealed class CallGraph(Compilation compilation, BodyReader reader)
{
    private readonly ConcurrentDictionary<ISymbol, MethodSummary> _summaries = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, ImmutableArray<Reached>> _reached =
        new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<SyntaxTree, SemanticModel> _models = new();

    /// <summary>The nearest offence of each rule that a call of the method, or a look at the field, leads to.</summary>
    public ImmutableArray<Reached> From(ISymbol target) => _reached.GetOrAdd(target, Search);

    private ImmutableArray<Reached> Search(ISymbol start)
    {
        HashSet<ISymbol> visited = new(SymbolEqualityComparer.Default) { start };
        HashSet<string> rules = [];
        ImmutableArray<Reached>.Builder found = ImmutableArray.CreateBuilder<Reached>();
        Queue<(ISymbol Target, string Chain)> next = new([(start, NameOf(start))]);
        while (next.Count > 0)
        {
            var (target, chain) = next.Dequeue();
            MethodSummary summary = _summaries.GetOrAdd(target, Read);
            foreach (Offence offence in summary.Offences)
            {
                if (rules.Add(offence.Rule.Id))
                    found.Add(new Reached(offence, chain));
            }
            foreach (CallSite call in summary.Calls)
            {
                if (visited.Add(call.Target))
                    next.Enqueue((call.Target, $"{chain} → {NameOf(call.Target)}"));
            }
        }
        return found.ToImmutable();
    }

    private MethodSummary Read(ISymbol target)
    {
        IEnumerable<SyntaxNode> nodes = target.DeclaringSyntaxReferences.Select(r => r.GetSyntax());
        if (target is not IMethodSymbol method)
            return BodyReader.OfValue(reader.Read(Bodies(nodes.Select(Initializer))));
        if (method.MethodKind == MethodKind.Constructor)
            nodes = nodes.Where(n => n is ConstructorDeclarationSyntax).Concat(Initializers(method.ContainingType));
        return reader.Read(Bodies(nodes));
    }

    private IEnumerable<IOperation> Bodies(IEnumerable<SyntaxNode?> nodes) =>
        nodes.OfType<SyntaxNode>().Select(n => Model(n.SyntaxTree).GetOperation(n)).OfType<IOperation>();

    /// <summary>What fields and properties are set to before a constructor runs.</summary>
    private static IEnumerable<SyntaxNode> Initializers(INamedTypeSymbol type) =>
        from member in type.GetMembers()
        where !member.IsStatic && member is IFieldSymbol or IPropertySymbol
        from reference in member.DeclaringSyntaxReferences
        let value = Initializer(reference.GetSyntax())
        where value is not null
        select value;

    private static SyntaxNode? Initializer(SyntaxNode declaration) => declaration switch
    {
        VariableDeclaratorSyntax field => field.Initializer,
        PropertyDeclarationSyntax property => property.Initializer,
        _ => null,
    };

    private SemanticModel Model(SyntaxTree tree) =>
#pragma warning disable RS1030 // The bodies that a chain leads through lie in any tree; each model is made once.
        _models.GetOrAdd(tree, t => compilation.GetSemanticModel(t));
#pragma warning restore RS1030

    private static string NameOf(ISymbol target) => target is IMethodSymbol method ? NameOf(method) : target.Name;

    private static string NameOf(IMethodSymbol method) => method.MethodKind switch
    {
        MethodKind.Constructor => $"new {method.ContainingType.Name}",
        MethodKind.PropertyGet or MethodKind.PropertySet when method.AssociatedSymbol is IPropertySymbol property =>
            property.IsIndexer ? $"{method.ContainingType.Name}[]" : property.Name,
        MethodKind.UserDefinedOperator or MethodKind.Conversion => $"{method.ContainingType.Name}.{method.Name}",
        _ => method.Name,
    };
}
