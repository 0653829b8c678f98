using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Perdure.Analyzers.Rules;
using Perdure.Analyzers.Tests.Harness;

namespace Perdure.Analyzers.Tests;

/// <summary>Every rule is explained, and brings its explanation along.</summary>
public sealed class DocumentTests
{
    private static readonly DiagnosticDescriptor[] s_rules =
        [.. Analysis.Analyzers.SelectMany(a => a.SupportedDiagnostics).Append(CallRules.NoTypedCall).Distinct()
            .OrderBy(r => r.Id)];

    [Fact]
    public void Every_rule_has_a_section_of_its_own()
    {
        string[] document = File.ReadAllLines(Path.Combine(Root(), "docs/analyzers.md"));
        document.Where(l => l.StartsWith("## PERDURE", StringComparison.Ordinal)).Select(l => l[3..])
            .ShouldBe(s_rules.Select(r => r.Id));
        foreach (DiagnosticDescriptor rule in s_rules)
        {
            rule.HelpLinkUri.ShouldBeEmpty();
            string text = rule.Description.ToString(CultureInfo.InvariantCulture);
            text.ShouldNotStartWith("**");
            text.ShouldNotContain("## ");
            string.Join('\n', document).ShouldContain($"## {rule.Id}\n\n**{rule.Title}** (");
            string.Join('\n', document).ShouldContain($")\n\n{text}");
            text.Length.ShouldBeGreaterThan(100);
            string severity = rule.DefaultSeverity switch
            {
                DiagnosticSeverity.Error => "error",
                DiagnosticSeverity.Warning => "warning",
                _ => "information",
            };
            string head = document.Single(l => l.StartsWith($"**{rule.Title}** (", StringComparison.Ordinal));
            head.ShouldBeOneOf($"**{rule.Title}** ({severity})", $"**{rule.Title}** ({severity}, with a fix)");
        }
    }

    [Fact]
    public void A_rule_has_one_id() => s_rules.Select(r => r.Id).ShouldBeUnique();

    private static string Root([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../.."));
}
