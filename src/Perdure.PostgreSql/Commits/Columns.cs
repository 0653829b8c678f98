using Npgsql;
using NpgsqlTypes;

namespace Perdure.PostgreSql.Commits;

/// <summary>
/// The rows of one statement, column by column, as <c>unnest</c> takes them: a statement for any number of rows.
/// </summary>
internal static class Columns
{
    public static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        NpgsqlBatchCommand command = new(sql);
        foreach (NpgsqlParameter parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }

    public static NpgsqlParameter Of(int value) => new NpgsqlParameter<int> { TypedValue = value };

    public static NpgsqlParameter Of(long value) => new NpgsqlParameter<long> { TypedValue = value };

    public static NpgsqlParameter Of(string value) => new NpgsqlParameter<string> { TypedValue = value };

    public static NpgsqlParameter Ints<T>(IReadOnlyList<T> rows, Func<T, int> column) =>
        Array(rows, column, NpgsqlDbType.Integer);

    public static NpgsqlParameter IntsOrNull<T>(IReadOnlyList<T> rows, Func<T, int?> column) =>
        Array(rows, column, NpgsqlDbType.Integer);

    public static NpgsqlParameter Longs<T>(IReadOnlyList<T> rows, Func<T, long> column) =>
        Array(rows, column, NpgsqlDbType.Bigint);

    public static NpgsqlParameter LongsOrNull<T>(IReadOnlyList<T> rows, Func<T, long?> column) =>
        Array(rows, column, NpgsqlDbType.Bigint);

    public static NpgsqlParameter Booleans<T>(IReadOnlyList<T> rows, Func<T, bool> column) =>
        Array(rows, column, NpgsqlDbType.Boolean);

    public static NpgsqlParameter BooleansOrNull<T>(IReadOnlyList<T> rows, Func<T, bool?> column) =>
        Array(rows, column, NpgsqlDbType.Boolean);

    public static NpgsqlParameter Texts<T>(IReadOnlyList<T> rows, Func<T, string?> column) =>
        Array(rows, column, NpgsqlDbType.Text);

    /// <summary>Text that is UTF-8 already, and none where it is empty.</summary>
    public static NpgsqlParameter Utf8<T>(IReadOnlyList<T> rows, Func<T, ReadOnlyMemory<byte>> column) =>
        Array(
            rows, row => column(row) is { IsEmpty: false } text ? text : (ReadOnlyMemory<byte>?)null,
            NpgsqlDbType.Text);

    public static NpgsqlParameter Bytes<T>(IReadOnlyList<T> rows, Func<T, ReadOnlyMemory<byte>> column) =>
        Array(rows, column, NpgsqlDbType.Bytea);

    private static NpgsqlParameter<TColumn[]> Array<T, TColumn>(
        IReadOnlyList<T> rows, Func<T, TColumn> column, NpgsqlDbType type)
    {
        TColumn[] values = new TColumn[rows.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = column(rows[i]);
        return new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
