using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Perdure.Runtime.Offers;

/// <summary>What offers say beyond the history.</summary>
internal static class OfferBodies
{
    /// <summary>Of a turn: its time, in milliseconds since 1970.</summary>
    public static byte[] OfTurn(long at) => Encoding.ASCII.GetBytes(at.ToString(CultureInfo.InvariantCulture));

    /// <exception cref="FormatException">It is no time.</exception>
    public static long TimeOf(ReadOnlyMemory<byte> body) =>
        Utf8Parser.TryParse(body.Span, out long at, out int read) && read == body.Length
            ? at
            : throw new FormatException("An offered turn does not say its time.");
}
