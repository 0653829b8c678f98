using System.Text;
using SQLitePCL;

namespace Perdure.Sqlite.Connections;

/// <summary>A prepared statement. Parameters and columns count as in SQLite: parameters from 1, columns from 0.</summary>
internal sealed class Statement(Connection connection, sqlite3_stmt handle) : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public Statement Bind(int index, long value)
    {
        connection.Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public Statement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    public Statement Bind(int index, string? text)
    {
        if (text is null)
            return BindNull(index);
        if (text.Length == 0)
            return BindEmptyText(index);
        Span<byte> utf8 = text.Length <= 256 ? stackalloc byte[256 * 3] : new byte[Utf8.GetMaxByteCount(text.Length)];
        return BindText(index, utf8[..Utf8.GetBytes(text, utf8)]);
    }

    /// <summary>Binds UTF-8 text.</summary>
    public Statement BindText(int index, ReadOnlySpan<byte> utf8)
    {
        connection.Check(raw.sqlite3_bind_text(handle, index, utf8));
        return this;
    }

    public Statement BindBlob(int index, ReadOnlySpan<byte> bytes)
    {
        // A null pointer, which is what an empty span has, would bind NULL.
        connection.Check(bytes.IsEmpty
            ? raw.sqlite3_bind_zeroblob(handle, index, 0)
            : raw.sqlite3_bind_blob(handle, index, bytes));
        return this;
    }

    public Statement BindNull(int index)
    {
        connection.Check(raw.sqlite3_bind_null(handle, index));
        return this;
    }

    /// <summary>Goes to the next row; at the end, or on a failure, the statement is ready for its next use.</summary>
    public bool Step()
    {
        int code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
            return true;
        if (code == raw.SQLITE_DONE)
        {
            raw.sqlite3_reset(handle);
            return false;
        }
        var failure = connection.Failure(code);
        raw.sqlite3_reset(handle);
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
        return connection.Changes == 1;
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
    public void Reset() => raw.sqlite3_reset(handle);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    public int Int(int column) => raw.sqlite3_column_int(handle, column);

    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(handle, column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    public void Dispose() => handle.Dispose();

    private Statement BindEmptyText(int index)
    {
        connection.Check(raw.sqlite3_bind_text(handle, index, ""));
        return this;
    }
}
