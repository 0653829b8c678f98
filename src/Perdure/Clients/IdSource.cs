using System.Security.Cryptography;

namespace Perdure.Clients;

/// <summary>Draws ids; a seam, because a simulated run must draw the same ones again.</summary>
internal interface IIdSource
{
    /// <summary>An instance id, time-ordered, so that rows of new instances stand next to each other.</summary>
    string NewId();

    /// <summary>A public execution id: 32 lower-case hexadecimal digits.</summary>
    string NewExecutionId();
}

/// <summary>
/// The randomness is that of the system, fetched for many ids at a time: asking for it costs more than all the rest.
/// </summary>
internal sealed class IdSource(TimeProvider time) : IIdSource
{
    private const int IdBytes = 16;

    private readonly Lock _gate = new();
    private readonly byte[] _random = new byte[256 * IdBytes];
    private int _left;

    /// <summary>A UUID of version 7 (RFC 9562, section 5.7): milliseconds, then what is random.</summary>
    public string NewId()
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        Draw(bytes);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        for (int i = 0; i < 6; i++)
            bytes[i] = (byte)(now >> (8 * (5 - i)));
        return Text(bytes, version: 7);
    }

    public string NewExecutionId()
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        Draw(bytes);
        return Text(bytes, version: 4);
    }

    private static string Text(Span<byte> bytes, int version)
    {
        bytes[6] = (byte)((bytes[6] & 0x0F) | (version << 4));
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return Convert.ToHexStringLower(bytes);
    }

    private void Draw(Span<byte> bytes)
    {
        lock (_gate)
        {
            if (_left == 0)
            {
                RandomNumberGenerator.Fill(_random);
                _left = _random.Length;
            }
            _left -= bytes.Length;
            _random.AsSpan(_left, bytes.Length).CopyTo(bytes);
        }
    }
}
