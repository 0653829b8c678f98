using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Perdure.Analyzers.CodeFixes;

namespace Perdure.Analyzers.Tests.Harness;

/// <summary>Applies the fixes of all rules, one after the other, until there are no more.</summary>
internal static class Fixing
{
    private const int RoundsMax = 10;

    private static readonly CodeFixProvider[] s_fixes =
        [.. typeof(ExpressionFix).Assembly.GetTypes()
            .Where(t => t.GetCustomAttribute<ExportCodeFixProviderAttribute>() is not null)
            .Select(t => (CodeFixProvider)Activator.CreateInstance(t)!)];

    /// <summary>The statements of an orchestrator as the fixes leave them; as they are when there is no fix.</summary>
    public static async Task<string> OfStatements(string statements, string members = "")
    {
        string source = Check.Orchestrator(statements, members);
        for (int round = 0; round < RoundsMax; round++)
        {
            if (await FixOnceAsync(source) is not { } next)
                break;
            source = next;
        }
        string[] around = Check.Orchestrator("|", members).Split('|');
        source.ShouldStartWith(around[0]);
        return source[around[0].Length..source.LastIndexOf(around[1], StringComparison.Ordinal)];
    }

    private static async Task<string?> FixOnceAsync(string source)
    {
        CSharpCompilation compilation = Analysis.Compile([source]);
        using AdhocWorkspace workspace = new();
        Project project = workspace.CurrentSolution
            .AddProject("Tested", "Tested", LanguageNames.CSharp)
            .WithCompilationOptions(compilation.Options)
            .WithMetadataReferences(compilation.References);
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
            project = project.AddDocument(tree.FilePath, tree.GetText(), filePath: tree.FilePath).Project;
        Document document = project.Documents.Single(d => d.FilePath == compilation.SyntaxTrees[^1].FilePath);
        var compiled = (CSharpCompilation)(await project.GetCompilationAsync())!;
        foreach (Diagnostic diagnostic in await Analysis.RunAsync(compiled))
        {
            foreach (CodeFixProvider fix in s_fixes.Where(f => f.FixableDiagnosticIds.Contains(diagnostic.Id)))
            {
                List<CodeAction> actions = [];
                await fix.RegisterCodeFixesAsync(
                    new CodeFixContext(document, diagnostic, (a, _) => actions.Add(a), default));
                if (actions.Count == 0)
                    continue;
                var operations = await actions.Single().GetOperationsAsync(default);
                Solution changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution;
                return (await changed.GetDocument(document.Id)!.GetTextAsync()).ToString();
            }
        }
        return null;
    }
}
