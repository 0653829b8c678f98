using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Perdure.Analyzers.Rules;

namespace Perdure.Analyzers.CodeFixes;

/// <summary>Awaits what is only called, where that is possible without changing what is around it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AwaitFix)), Shared]
public sealed class AwaitFix : ExpressionFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(DeterminismRules.NotAwaited.Id);

    /// <inheritdoc/>
    protected override string Title => "Await it";

    private protected override ExpressionSyntax? Replacement(ExpressionSyntax found, SemanticModel model) =>
        found.Parent is ExpressionStatementSyntax && IsInAsync(found)
            ? SyntaxFactory.AwaitExpression(found.WithoutTrivia())
            : null;

    private static bool IsInAsync(ExpressionSyntax found)
    {
        foreach (SyntaxNode around in found.Ancestors())
        {
            switch (around)
            {
                case AnonymousFunctionExpressionSyntax function:
                    return function.AsyncKeyword.IsKind(SyntaxKind.AsyncKeyword);
                case LocalFunctionStatementSyntax function:
                    return function.Modifiers.Any(SyntaxKind.AsyncKeyword);
                case MethodDeclarationSyntax method:
                    return method.Modifiers.Any(SyntaxKind.AsyncKeyword);
            }
        }
        return false;
    }
}
