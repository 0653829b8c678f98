using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Perdure.Analyzers.Determinism;

/// <summary>Static state that can be another one at replay.</summary>
internal static class StaticStates
{
    private static readonly ImmutableHashSet<string> s_changes = ImmutableHashSet.Create(
        StringComparer.Ordinal,
        "Add", "AddFirst", "AddLast", "AddOrUpdate", "AddRange", "Clear", "Dequeue", "Enqueue", "ExceptWith",
        "GetOrAdd", "Insert", "InsertRange", "IntersectWith", "Pop", "Push", "Remove", "RemoveAll", "RemoveAt",
        "RemoveFirst", "RemoveLast", "RemoveRange", "Reverse", "Sort", "SymmetricExceptWith", "TryAdd", "TryDequeue",
        "TryPop", "TryRemove", "TryTake", "TryUpdate", "UnionWith");

    /// <summary>A static field or property that may be set at any time.</summary>
    public static bool IsMutable(ISymbol member) => member switch
    {
        IFieldSymbol field => field is { IsStatic: true, IsReadOnly: false, IsConst: false },
        IPropertySymbol { IsStatic: true, SetMethod: { } set } property => !set.IsInitOnly && IsAutomatic(property),
        _ => false,
    };

    /// <summary>What is static and stays the same object, and which the call changes.</summary>
    public static ISymbol? Changed(IInvocationOperation call) =>
        s_changes.Contains(call.TargetMethod.Name) && IsCollection(call.TargetMethod.ContainingType)
            ? Holder(call.Instance)
            : null;

    /// <summary>What is static and stays the same object, and of which an element is set.</summary>
    public static ISymbol? Changed(IAssignmentOperation assignment) => assignment.Target switch
    {
        IPropertyReferenceOperation { Property.IsIndexer: true } indexer => Holder(indexer.Instance),
        IArrayElementReferenceOperation element => Holder(element.ArrayReference),
        _ => null,
    };

    private static ISymbol? Holder(IOperation? instance) => Operations.Bare(instance) switch
    {
        IFieldReferenceOperation { Field: { IsStatic: true, IsReadOnly: true } field } => field,
        IPropertyReferenceOperation { Property: { IsStatic: true, SetMethod: null } property }
            when IsAutomatic(property) => property,
        _ => null,
    };

    private static bool IsAutomatic(IPropertySymbol property) => property.ContainingType.GetMembers()
        .OfType<IFieldSymbol>()
        .Any(f => SymbolEqualityComparer.Default.Equals(f.AssociatedSymbol, property.OriginalDefinition)
            || SymbolEqualityComparer.Default.Equals(f.AssociatedSymbol, property));

    private static bool IsCollection(INamedTypeSymbol type)
    {
        string name = type.ContainingNamespace.ToDisplayString();
        // Of the immutable ones, such methods give a new one.
        return name.StartsWith("System.Collections", StringComparison.Ordinal)
            && name != "System.Collections.Immutable";
    }
}
