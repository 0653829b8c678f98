using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Perdure.Analyzers.Rules;

namespace Perdure.Analyzers.CodeFixes;

/// <summary>Asks the context for the time. It is UTC, whatever stood there.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ClockFix)), Shared]
public sealed class ClockFix : ExpressionFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(DeterminismRules.Clock.Id);

    /// <inheritdoc/>
    protected override string Title => "Use context.CurrentUtcDateTime";

    private protected override ExpressionSyntax? Replacement(ExpressionSyntax found, SemanticModel model)
    {
        if (ContextOf(found) is not { } context)
            return null;
        string now = $"{context}.CurrentUtcDateTime";
        string? text =
            Is(found, model, "System.DateTime", "Now") || Is(found, model, "System.DateTime", "UtcNow") ? now
            : Is(found, model, "System.DateTime", "Today") ? $"{now}.Date"
            : Is(found, model, "System.DateTimeOffset", "Now") || Is(found, model, "System.DateTimeOffset", "UtcNow")
                ? $"new DateTimeOffset({now})"
            : null;
        return text is null ? null : SyntaxFactory.ParseExpression(text);
    }
}
