using System.Text;
using SQLitePCL;

namespace Perdure.Sqlite.Connections;

/// <summary>
/// A prepared statement. Parameters and columns count as in SQLite: parameters from 1, columns from 0. Values stay
/// bound from one run to the next, so what is equal in neighbouring rows (most of it) is not bound again.
/// </summary>
internal sealed class Statement : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Connection _connection;
    private readonly sqlite3_stmt _handle;
    private readonly Bound[] _bound;

    public Statement(Connection connection, sqlite3_stmt handle)
    {
        _connection = connection;
        _handle = handle;
        _bound = new Bound[raw.sqlite3_bind_parameter_count(handle) + 1];
    }

    public Statement Bind(int index, long value)
    {
        ref var bound = ref _bound[index];
        if (bound.Kind == BoundKind.Number && bound.Number == value)
            return this;
        Check(raw.sqlite3_bind_int64(_handle, index, value));
        bound = new(BoundKind.Number, value, null);
        return this;
    }

    public Statement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    public Statement Bind(int index, string? text)
    {
        if (text is null)
            return BindNull(index);
        ref var bound = ref _bound[index];
        if (ReferenceEquals(bound.Text, text))
            return this;
        if (text.Length == 0)
        {
            // A null pointer, which is what an empty span has, would bind NULL.
            bound = default;
            Check(raw.sqlite3_bind_text(_handle, index, ""));
        }
        else
        {
            Span<byte> utf8 = text.Length <= 256
                ? stackalloc byte[256 * 3]
                : new byte[Utf8.GetMaxByteCount(text.Length)];
            BindText(index, utf8[..Utf8.GetBytes(text, utf8)]);
        }
        bound = new(BoundKind.Text, 0, text);
        return this;
    }

    /// <summary>Binds UTF-8 text.</summary>
    public Statement BindText(int index, ReadOnlySpan<byte> utf8)
    {
        _bound[index] = default;
        Check(raw.sqlite3_bind_text(_handle, index, utf8));
        return this;
    }

    public Statement BindBlob(int index, ReadOnlySpan<byte> bytes)
    {
        _bound[index] = default;
        Check(bytes.IsEmpty
            ? raw.sqlite3_bind_zeroblob(_handle, index, 0)
            : raw.sqlite3_bind_blob(_handle, index, bytes));
        return this;
    }

    public Statement BindNull(int index)
    {
        ref var bound = ref _bound[index];
        if (bound.Kind == BoundKind.Null)
            return this;
        Check(raw.sqlite3_bind_null(_handle, index));
        bound = new(BoundKind.Null, 0, null);
        return this;
    }

    /// <summary>Goes to the next row; at the end, or on a failure, the statement is ready for its next use.</summary>
    public bool Step()
    {
        int code = raw.sqlite3_step(_handle);
        if (code == raw.SQLITE_ROW)
            return true;
        if (code == raw.SQLITE_DONE)
        {
            raw.sqlite3_reset(_handle);
            return false;
        }
        var failure = _connection.Failure(code);
        raw.sqlite3_reset(_handle);
        throw failure;
    }

    /// <summary>Runs a statement that returns nothing.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Runs a statement that returns nothing and must change exactly one row.</summary>
    public bool RunOnOne()
    {
        Run();
        return _connection.Changes == 1;
    }

    /// <summary>The first column of the first row, if there is a row.</summary>
    public long? Scalar()
    {
        if (!Step())
            return null;
        long value = Long(0);
        Reset();
        return value;
    }

    /// <summary>Ends a reading before its last row.</summary>
    public void Reset() => raw.sqlite3_reset(_handle);

    public bool IsNull(int column) => raw.sqlite3_column_type(_handle, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(_handle, column);

    public int Int(int column) => raw.sqlite3_column_int(_handle, column);

    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(_handle, column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(_handle, column).ToArray();

    public void Dispose() => _handle.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw _connection.Failure(code);
    }

    private enum BoundKind : byte
    {
        Unknown,
        Null,
        Number,
        Text,
    }

    /// <summary>What is bound now, as far as it is cheap to compare.</summary>
    private readonly record struct Bound(BoundKind Kind, long Number, string? Text);
}
