namespace Perdure.AspNetCore.Security;

/// <summary>Base64 from the outside: what is wrong with it is no exception.</summary>
internal static class Base64
{
    public static byte[]? TryDecode(string text)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int written) ? bytes[..written] : null;
    }

    /// <summary>The variant for addresses; null when it is not well-formed.</summary>
    public static byte[]? TryDecodeUrl(string text)
    {
        byte[] bytes = new byte[text.Length];
        try
        {
            return System.Buffers.Text.Base64Url.TryDecodeFromChars(text, bytes, out int written)
                ? bytes[..written]
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
