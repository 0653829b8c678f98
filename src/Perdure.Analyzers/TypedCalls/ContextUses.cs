using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Perdure.Analyzers.TypedCalls;

/// <summary>
/// What a function does with its context, as its source text says. Nothing but the types in
/// <c>GetInput&lt;T&gt;</c> is bound: this runs at every edit.
/// </summary>
internal sealed class ContextUses
{
    private const string Read = "GetInput";
    private const string ReplaySafe = "CreateReplaySafeLogger";

    private readonly MethodDeclarationSyntax _method;
    private readonly IParameterSymbol _context;
    private readonly SimpleNameSyntax?[] _uses;

    public ContextUses(MethodDeclarationSyntax method, IParameterSymbol context)
    {
        (_method, _context) = (method, context);
        SyntaxNode? body = (SyntaxNode?)method.Body ?? method.ExpressionBody;
        _uses = body is null
            ? [null]
            : [
                .. body.DescendantNodes().OfType<IdentifierNameSyntax>()
                    .Where(i => i.Identifier.ValueText == context.Name && !IsMember(i))
                    .Select(Member),
            ];
    }

    /// <summary>Whether the result is what the method says, and not what the context was given.</summary>
    public bool SetsOutput => _uses.Any(u => u?.Identifier.ValueText == "SetOutput");

    /// <summary>
    /// The type that all <c>GetInput&lt;T&gt;</c> ask for, <see cref="TypedInput.None"/> when nothing can read the
    /// input, and otherwise <see cref="TypedInput.Any"/>.
    /// </summary>
    public TypedInput Input(SemanticModel model, out string? problem)
    {
        problem = null;
        TypeSyntax[] asked =
            [
                .. _uses.OfType<GenericNameSyntax>()
                    .Where(u => u.Identifier.ValueText == Read && u.TypeArgumentList.Arguments.Count == 1)
                    .Select(u => u.TypeArgumentList.Arguments[0]),
            ];
        if (asked.Length == 0)
            return _uses.All(IsHarmless) ? TypedInput.None : TypedInput.Any;
        ITypeSymbol?[] types = [.. asked.Select(a => Bind(a, model))];
        if (types[0] is not { } type || types.Any(t => !SymbolEqualityComparer.Default.Equals(t, type)))
            return TypedInput.Any;
        ITypeSymbol widest = types.FirstOrDefault(t => t!.NullableAnnotation == NullableAnnotation.Annotated) ?? type;
        return TypedFunctionReader.InputOf(widest, model.Compilation, out problem);
    }

    private static bool IsMember(IdentifierNameSyntax name) =>
        name.Parent is MemberBindingExpressionSyntax
        || (name.Parent is MemberAccessExpressionSyntax access && access.Name == name);

    /// <summary>Null when the context is handed on.</summary>
    private static SimpleNameSyntax? Member(IdentifierNameSyntax use) => use.Parent switch
    {
        MemberAccessExpressionSyntax access when access.Expression == use => access.Name,
        ConditionalAccessExpressionSyntax { WhenNotNull: InvocationExpressionSyntax
            {
                Expression: MemberBindingExpressionSyntax binding,
            } } => binding.Name,
        _ => null,
    };

    /// <summary>Whether it cannot be a method of somebody that reads the input.</summary>
    private bool IsHarmless(SimpleNameSyntax? use)
    {
        if (use?.Identifier.ValueText is not { } name || name == Read)
            return false;
        return name == ReplaySafe
            || (name.StartsWith("Call", StringComparison.Ordinal) && name.EndsWith("Async", StringComparison.Ordinal))
            || ((INamedTypeSymbol)_context.Type).AllInterfaces.Prepend((INamedTypeSymbol)_context.Type)
                .Any(i => !i.GetMembers(name).IsEmpty);
    }

    private ITypeSymbol? Bind(TypeSyntax type, SemanticModel model)
    {
        ITypeSymbol? bound = model.GetSpeculativeTypeInfo(
            _method.ParameterList.SpanStart, type, SpeculativeBindingOption.BindAsTypeOrNamespace).Type;
        if (bound is null or IErrorTypeSymbol)
            return null;
        return type is NullableTypeSyntax && bound.IsReferenceType
            ? bound.WithNullableAnnotation(NullableAnnotation.Annotated)
            : bound;
    }
}
