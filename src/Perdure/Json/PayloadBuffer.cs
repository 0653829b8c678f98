using System.Buffers;

namespace Perdure.Json;

/// <summary>
/// Where a payload is written before its size is known. Beyond the limit it only counts, so that a value that is much
/// too large costs no memory of its size.
/// </summary>
internal sealed class PayloadBuffer : IBufferWriter<byte>
{
    private const int KeptMax = 256 * 1024;

    private byte[] _bytes = new byte[4096];
    private int _position;
    private int _limit;
    private long _discarded;

    /// <summary>How many bytes were written in all.</summary>
    public long Written => _discarded + _position;

    /// <summary>What was written, if it is within the limit.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _position);

    public void Start(int limit)
    {
        (_position, _discarded, _limit) = (0, 0, limit);
        if (_bytes.Length > KeptMax)
            _bytes = new byte[4096];
    }

    public void Advance(int count)
    {
        _position += count;
        if (_position > _limit)
            (_discarded, _position) = (_discarded + _position, 0);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        int needed = checked(_position + Math.Max(sizeHint, 1));
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, 2 * _bytes.Length));
        return _bytes.AsMemory(_position);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
