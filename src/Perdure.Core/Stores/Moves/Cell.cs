using System.Text;

namespace Perdure.Core.Stores.Moves;

/// <summary>A value of a row that moves: nothing, a number (a truth is 0 or 1), or bytes (text is UTF-8).</summary>
internal readonly struct Cell
{
    private readonly byte[]? _bytes;
    private readonly bool _isNumber;

    private Cell(bool isNumber, long number, byte[]? bytes) => (_isNumber, Number, _bytes) = (isNumber, number, bytes);

    public static Cell Null => default;

    public bool IsNull => !_isNumber && _bytes is null;

    public bool IsNumber => _isNumber;

    public long Number { get; }

    public byte[] Bytes => _bytes ?? throw new InvalidOperationException("It holds no bytes.");

    public string Text => Encoding.UTF8.GetString(Bytes);

    public static Cell Of(long number) => new(isNumber: true, number, null);

    public static Cell Of(byte[] bytes) => new(isNumber: false, 0, bytes);
}
