using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Perdure.Torture.Nodes;

/// <summary>The messages of PostgreSQL's protocol: a letter, the length of what follows, and that.</summary>
internal static class Frames
{
    public const byte Parse = (byte)'P';
    public const byte Bind = (byte)'B';
    public const byte Sync = (byte)'S';
    public const byte ReadyForQuery = (byte)'Z';

    /// <summary>The first message of a connection has no letter.</summary>
    public static bool TryReadFirst(ref ReadOnlySequence<byte> from, out ReadOnlySequence<byte> frame) =>
        TryCut(ref from, 0, out frame);

    public static bool TryRead(ref ReadOnlySequence<byte> from, out byte letter, out ReadOnlySequence<byte> frame)
    {
        letter = from.IsEmpty ? (byte)0 : from.FirstSpan[0];
        return TryCut(ref from, 1, out frame);
    }

    /// <summary>The text that ends with a zero at an offset, and moves the offset behind it.</summary>
    public static string Text(ReadOnlySpan<byte> frame, ref int offset)
    {
        int length = frame[offset..].IndexOf((byte)0);
        string text = Encoding.UTF8.GetString(frame.Slice(offset, length));
        offset += length + 1;
        return text;
    }

    private static bool TryCut(ref ReadOnlySequence<byte> from, int lengthAt, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        if (from.Length < lengthAt + 4)
            return false;
        Span<byte> length = stackalloc byte[4];
        from.Slice(lengthAt, 4).CopyTo(length);
        long whole = lengthAt + (long)BinaryPrimitives.ReadUInt32BigEndian(length);
        if (from.Length < whole)
            return false;
        frame = from.Slice(0, whole);
        from = from.Slice(whole);
        return true;
    }
}
