using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Perdure.Core.Stores.Moves;

/// <summary>
/// Counts the rows of a table and makes one SHA-256 of them, from their values alone: a store that keeps the same rows
/// in another way has the same digest. Each value is written with its kind and its length, so that no two lists of rows
/// look alike.
/// </summary>
internal sealed class TableDigest(HubTable table) : IDisposable
{
    private const int PieceBytes = 64 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _piece = new byte[PieceBytes];
    private int _filled;
    private long _count;

    public void Add(Cell[] row)
    {
        _count++;
        for (int i = table.HasPartition ? 1 : 0; i < table.Columns.Count; i++)
        {
            Cell cell = row[i];
            if (cell.IsNull)
                Head(0, 0);
            else if (cell.IsNumber)
                Head(1, cell.Number);
            else
            {
                Head(2, cell.Bytes.Length);
                Write(cell.Bytes);
            }
        }
    }

    public TableCheck End()
    {
        Flush();
        return new TableCheck(_count, Convert.ToHexStringLower(_hash.GetHashAndReset()));
    }

    public void Dispose() => _hash.Dispose();

    private void Head(byte kind, long value)
    {
        Span<byte> head = stackalloc byte[1 + sizeof(long)];
        head[0] = kind;
        BinaryPrimitives.WriteInt64LittleEndian(head[1..], value);
        Write(head);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > PieceBytes - _filled)
            Flush();
        if (bytes.Length > PieceBytes)
        {
            _hash.AppendData(bytes);
            return;
        }
        bytes.CopyTo(_piece.AsSpan(_filled));
        _filled += bytes.Length;
    }

    private void Flush()
    {
        _hash.AppendData(_piece, 0, _filled);
        _filled = 0;
    }
}

/// <summary>What a table holds: so many rows, and the SHA-256 of them in their order.</summary>
internal readonly record struct TableCheck(long Count, string Sha256);
