using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace Perdure.Analyzers.CodeFixes;

/// <summary>
/// Puts another expression in the place of the one that breaks a rule. Offers nothing where the rule is broken further
/// down in a chain: that is for its author to mend there.
/// </summary>
public abstract class ExpressionFix : CodeFixProvider
{
    private protected ExpressionFix()
    {
    }

    /// <summary>What the fix does, for people.</summary>
    protected abstract string Title { get; }

    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        Document document = context.Document;
        if (await document.GetSyntaxRootAsync(context.CancellationToken) is not { } root
            || await document.GetSemanticModelAsync(context.CancellationToken) is not { } model
            || root.FindNode(context.Span, getInnermostNodeForTie: true) is not ExpressionSyntax found
            || Replacement(found, model) is not { } replacement)
            return;
        CodeAction action = CodeAction.Create(
            Title,
            _ => Task.FromResult(document.WithSyntaxRoot(root.ReplaceNode(
                found, replacement.WithTriviaFrom(found).WithAdditionalAnnotations(Formatter.Annotation)))),
            equivalenceKey: GetType().Name);
        context.RegisterCodeFix(action, context.Diagnostics);
    }

    /// <summary>What is to stand there instead; null when this is not what the fix is for.</summary>
    private protected abstract ExpressionSyntax? Replacement(ExpressionSyntax found, SemanticModel model);

    /// <summary>What the orchestrator around it calls its context; null outside of one.</summary>
    private protected static string? ContextOf(ExpressionSyntax found) => found.Ancestors()
        .OfType<MethodDeclarationSyntax>()
        .SelectMany(m => m.ParameterList.Parameters)
        .FirstOrDefault(p => p.AttributeLists.SelectMany(l => l.Attributes)
            .Any(a => a.Name.ToString().Contains("OrchestrationTrigger")))
        ?.Identifier.Text;

    /// <summary>Whether the expression is a member of that type.</summary>
    private protected static bool Is(ExpressionSyntax found, SemanticModel model, string type, string member) =>
        model.GetSymbolInfo(found).Symbol is { } symbol
        && symbol.Name == member && symbol.ContainingType.ToDisplayString() == type;
}
