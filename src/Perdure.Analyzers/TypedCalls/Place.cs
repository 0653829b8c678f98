using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Perdure.Analyzers.TypedCalls;

/// <summary>A location that is equal by value and keeps no tree alive.</summary>
internal sealed record Place(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static Place Of(SyntaxToken token) =>
        new(token.SyntaxTree!.FilePath, token.Span, token.GetLocation().GetLineSpan().Span);

    public Location ToLocation() => Location.Create(Path, Span, Lines);
}
