using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Perdure.Json;

/// <summary>
/// The relaxed encoder of System.Text.Json, except that text which is not well-formed is refused where that one would
/// silently write U+FFFD. It costs nothing for text without anything to escape: ill-formed text always has something.
/// </summary>
internal sealed unsafe class WellFormedEncoder : JavaScriptEncoder
{
    public static readonly WellFormedEncoder Instance = new();

    private static readonly JavaScriptEncoder s_relaxed = UnsafeRelaxedJsonEscaping;

    public override int MaxOutputCharactersPerInputCharacter => s_relaxed.MaxOutputCharactersPerInputCharacter;

    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        int first = s_relaxed.FindFirstCharacterToEncode(text, textLength);
        if (first >= 0)
            CheckSurrogates(new ReadOnlySpan<char>(text, textLength), first);
        return first;
    }

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text)
    {
        int first = s_relaxed.FindFirstCharacterToEncodeUtf8(utf8Text);
        if (first >= 0 && !Utf8.IsValid(utf8Text[first..]))
            throw new JsonException("A text contains bytes that are not UTF-8.");
        return first;
    }

    public override OperationStatus Encode(
        ReadOnlySpan<char> source,
        Span<char> destination,
        out int charsConsumed,
        out int charsWritten,
        bool isFinalBlock) =>
        s_relaxed.Encode(source, destination, out charsConsumed, out charsWritten, isFinalBlock);

    public override OperationStatus EncodeUtf8(
        ReadOnlySpan<byte> utf8Source,
        Span<byte> utf8Destination,
        out int bytesConsumed,
        out int bytesWritten,
        bool isFinalBlock) =>
        s_relaxed.EncodeUtf8(utf8Source, utf8Destination, out bytesConsumed, out bytesWritten, isFinalBlock);

    public override bool TryEncodeUnicodeScalar(
        int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        s_relaxed.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);

    public override bool WillEncode(int unicodeScalar) => s_relaxed.WillEncode(unicodeScalar);

    private static void CheckSurrogates(ReadOnlySpan<char> text, int from)
    {
        for (int i = from; i < text.Length; i++)
        {
            int next = text[i..].IndexOfAnyInRange('\ud800', '\udfff');
            if (next < 0)
                return;
            i += next;
            if (Rune.DecodeFromUtf16(text[i..], out _, out _) != OperationStatus.Done)
                throw new JsonException($"A text contains half of a surrogate pair at position {i}.");
            i++;
        }
    }
}
