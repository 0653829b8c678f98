using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Perdure.Analyzers.Rules;

namespace Perdure.Analyzers.CodeFixes;

/// <summary>Makes a durable timer of a delay.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DelayFix)), Shared]
public sealed class DelayFix : ExpressionFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(DeterminismRules.Delay.Id);

    /// <inheritdoc/>
    protected override string Title => "Use context.CreateTimer";

    private protected override ExpressionSyntax? Replacement(ExpressionSyntax found, SemanticModel model)
    {
        if (found is not InvocationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 and <= 2 } arguments }
            || !Is(found, model, "System.Threading.Tasks.Task", "Delay")
            || ContextOf(found) is not { } context
            || arguments.Any(a => a.NameColon is not null))
            return null;
        string? add = model.GetTypeInfo(arguments[0].Expression).ConvertedType?.ToDisplayString() switch
        {
            "System.TimeSpan" => "Add",
            "int" => "AddMilliseconds",
            _ => null,
        };
        bool hasToken = arguments.Count > 1;
        if (add is null || (hasToken && model.GetTypeInfo(arguments[1].Expression).ConvertedType?.Name
            != nameof(CancellationToken)))
            return null;
        string rest = hasToken ? $", {arguments[1]}" : "";
        return SyntaxFactory.ParseExpression(
            $"{context}.CreateTimer({context}.CurrentUtcDateTime.{add}({arguments[0]}){rest})");
    }
}
