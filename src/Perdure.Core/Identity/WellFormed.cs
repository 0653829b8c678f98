namespace Perdure.Core.Identity;

/// <summary>Text that every store can keep: without half of a surrogate pair.</summary>
internal static class WellFormed
{
    public static bool Is(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[++i])))
                return false;
        }
        return true;
    }
}
