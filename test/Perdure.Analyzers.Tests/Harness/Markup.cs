using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace Perdure.Analyzers.Tests.Harness;

/// <summary>
/// A source that says where diagnostics are expected: <c>[|…|]</c> for the rule that a test is about, or
/// <c>{|PERDURE0101:…|}</c>.
/// </summary>
internal sealed record Markup(string Source, IReadOnlyList<(string Id, TextSpan Span)> Expected)
{
    public static Markup Parse(string text, string id)
    {
        StringBuilder source = new();
        Stack<(string Id, int Start)> open = new();
        List<(string, TextSpan)> expected = [];
        for (int i = 0; i < text.Length; i++)
        {
            if (text.AsSpan(i).StartsWith("[|"))
            {
                open.Push((id, source.Length));
                i++;
            }
            else if (text.AsSpan(i).StartsWith("{|"))
            {
                int colon = text.IndexOf(':', i);
                open.Push((text[(i + 2)..colon], source.Length));
                i = colon;
            }
            else if (open.Count > 0 && (text.AsSpan(i).StartsWith("|]") || text.AsSpan(i).StartsWith("|}")))
            {
                var (rule, start) = open.Pop();
                expected.Add((rule, TextSpan.FromBounds(start, source.Length)));
                i++;
            }
            else
            {
                source.Append(text[i]);
            }
        }
        open.ShouldBeEmpty();
        return new Markup(source.ToString(), expected);
    }
}
