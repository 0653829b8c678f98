using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Perdure.Analyzers.Functions;

namespace Perdure.Analyzers.Determinism;

/// <summary>Loops without an end, and loops without an order.</summary>
internal static class Loops
{
    private static readonly ImmutableHashSet<string> s_unordered = ImmutableHashSet.Create(
        StringComparer.Ordinal,
        "ConcurrentBag", "ConcurrentDictionary", "Dictionary", "FrozenDictionary", "FrozenSet", "HashSet", "Hashtable",
        "IDictionary", "IImmutableDictionary", "IImmutableSet", "IReadOnlyDictionary", "IReadOnlySet", "ISet",
        "ImmutableDictionary", "ImmutableHashSet");

    /// <summary>The type whose order is nobody's promise; null for others.</summary>
    public static ITypeSymbol? Unordered(IForEachLoopOperation loop)
    {
        IOperation? collection = Operations.Bare(loop.Collection);
        if (collection is IPropertyReferenceOperation { Property.Name: "Keys" or "Values", Instance: { } instance })
            collection = instance;
        return collection?.Type is { } type && s_unordered.Contains(type.Name)
            && type.ContainingNamespace.ToDisplayString().StartsWith("System.Collections", StringComparison.Ordinal)
                ? type
                : null;
    }

    /// <summary>Whether nothing in it leaves it or begins afresh.</summary>
    public static bool IsEndless(ILoopOperation loop, PerdureTypes types)
    {
        IOperation? condition = loop switch
        {
            IWhileLoopOperation { ConditionIsUntil: false } repeat => repeat.Condition,
            IForLoopOperation { Condition: { } written } => written,
            _ => null,
        };
        bool isForEver = condition is null
            ? loop is IForLoopOperation
            : condition.ConstantValue is { HasValue: true, Value: true };
        return isForEver && !Operations.All(loop.Body).Any(o => IsEnd(o, loop, types));
    }

    private static bool IsEnd(IOperation operation, ILoopOperation loop, PerdureTypes types) => operation switch
    {
        IReturnOperation or IThrowOperation => !Operations.Around(operation).All(o => o != loop),
        IBranchOperation { BranchKind: BranchKind.Break } branch =>
            SymbolEqualityComparer.Default.Equals(branch.Target, loop.ExitLabel),
        IBranchOperation { BranchKind: BranchKind.GoTo } => true,
        IInvocationOperation { TargetMethod: { Name: "ContinueAsNew" } method } =>
            types.IsOrchestrationContext(method.ContainingType),
        _ => false,
    };
}
