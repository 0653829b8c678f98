using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Perdure.Analyzers.Rules;

namespace Perdure.Analyzers.CodeFixes;

/// <summary>Asks the context for a GUID.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NewGuidFix)), Shared]
public sealed class NewGuidFix : ExpressionFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(DeterminismRules.NewGuid.Id);

    /// <inheritdoc/>
    protected override string Title => "Use context.NewGuid";

    private protected override ExpressionSyntax? Replacement(ExpressionSyntax found, SemanticModel model)
    {
        bool isNew = Is(found, model, "System.Guid", "NewGuid") || Is(found, model, "System.Guid", "CreateVersion7");
        if (!isNew || ContextOf(found) is not { } context)
            return null;
        // A method group becomes the one of the context.
        return SyntaxFactory.ParseExpression(
            found is InvocationExpressionSyntax ? $"{context}.NewGuid()" : $"{context}.NewGuid");
    }
}
