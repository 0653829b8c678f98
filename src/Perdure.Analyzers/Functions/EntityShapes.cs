using Microsoft.CodeAnalysis;
using Perdure.Analyzers.Determinism;

namespace Perdure.Analyzers.Functions;

/// <summary>What the host asks of interfaces and classes of entities.</summary>
internal static class EntityShapes
{
    /// <summary>Why a type is no interface that stands for an entity; null when it is.</summary>
    public static string? InterfaceProblem(INamedTypeSymbol type)
    {
        if (type.TypeKind != TypeKind.Interface)
            return "it is not an interface";
        ISymbol[] members =
            [.. type.AllInterfaces.Prepend(type).SelectMany(i => i.GetMembers()).Where(m => m is not ITypeSymbol)];
        return members.Length == 0
            ? "it has no methods"
            : members.Select(MemberProblem).FirstOrDefault(p => p is not null);
    }

    /// <summary>The public methods of a class that would be refused when they are called, and why.</summary>
    public static IEnumerable<(IMethodSymbol Method, string Problem)> OperationProblems(INamedTypeSymbol type) =>
        from method in type.GetMembers().OfType<IMethodSymbol>()
        where method is
        {
            MethodKind: MethodKind.Ordinary, DeclaredAccessibility: Accessibility.Public, IsStatic: false,
            IsOverride: false, IsImplicitlyDeclared: false,
        }
        let problem = Problem(method)
        where problem is not null
        select (method, problem);

    private static string? MemberProblem(ISymbol member) => member switch
    {
        IPropertySymbol => $"{member.Name} is a property",
        IEventSymbol => $"{member.Name} is an event",
        IMethodSymbol { MethodKind: not MethodKind.Ordinary } => null,
        { IsStatic: true } => $"{member.Name} is static",
        IMethodSymbol method => Problem(method) ?? (method.ReturnsVoid || IsTask(method.ReturnType)
            ? null
            : $"{method.Name} returns {Operations.Text(method.ReturnType)}"),
        _ => null,
    };

    private static string? Problem(IMethodSymbol method) =>
        method.IsGenericMethod ? $"{method.Name} is generic"
        : method.Parameters.Length > 1 ? $"{method.Name} has {method.Parameters.Length} parameters"
        : method.Parameters.Any(p => p.RefKind != RefKind.None || p.Type.IsRefLikeType)
            ? $"{method.Name} has a parameter that is passed by reference"
        : null;

    private static bool IsTask(ITypeSymbol type) => type.Name == "Task" && Operations.IsTask(type);
}
