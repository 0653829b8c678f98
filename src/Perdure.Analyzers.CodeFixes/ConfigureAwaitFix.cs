using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Perdure.Analyzers.Rules;

namespace Perdure.Analyzers.CodeFixes;

/// <summary>Leaves <c>ConfigureAwait</c> out.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ConfigureAwaitFix)), Shared]
public sealed class ConfigureAwaitFix : ExpressionFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(DeterminismRules.LeavesTurn.Id);

    /// <inheritdoc/>
    protected override string Title => "Leave ConfigureAwait out";

    // With options it may do more than leave the turn.
    private protected override ExpressionSyntax? Replacement(ExpressionSyntax found, SemanticModel model) =>
        found is InvocationExpressionSyntax
        {
            Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "ConfigureAwait" } access,
            ArgumentList.Arguments: { Count: 1 } arguments,
        }
        && model.GetTypeInfo(arguments[0].Expression).Type?.SpecialType == SpecialType.System_Boolean
            ? access.Expression
            : null;
}
