namespace Perdure.Core.Stores;

/// <summary>
/// The order of strings by their UTF-8 bytes, which is that of the databases. It differs from .NET's ordinal order only
/// where a surrogate pair meets a character above U+D7FF.
/// </summary>
internal sealed class Utf8Order : IComparer<string>
{
    public static readonly Utf8Order Instance = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
            return x is null ? (y is null ? 0 : -1) : 1;
        int common = x.AsSpan().CommonPrefixLength(y);
        return common == x.Length || common == y.Length
            ? x.Length.CompareTo(y.Length)
            : Rank(x[common]).CompareTo(Rank(y[common]));
    }

    /// <summary>Surrogates stand for code points above all others, so they move behind U+E000 to U+FFFF.</summary>
    private static int Rank(char c) => c < 0xD800 ? c : c < 0xE000 ? c + 0x2000 : c - 0x800;
}
