using System.Globalization;
using System.Text;
using Npgsql;

namespace Perdure.Torture.Judging;

/// <summary>
/// One moment of a hub on PostgreSQL: everything that is read is of the snapshot that was taken at the beginning.
/// </summary>
internal sealed class SqlServer : SqlReader
{
    private readonly NpgsqlConnection _connection;

    /// <param name="connectionString">With the schema of the hub as its search path.</param>
    public SqlServer(string connectionString)
    {
        _connection = new NpgsqlConnection(connectionString);
        _connection.Open();
        Execute("begin transaction isolation level repeatable read, read only");
        // The snapshot is that of the first query.
        Execute("select 1 from hub");
    }

    public override IEnumerable<SqlRow> Rows(string sql)
    {
        using NpgsqlCommand command = new(sql, _connection);
        using NpgsqlDataReader reader = command.ExecuteReader();
        ServerRow row = new(reader);
        while (reader.Read())
            yield return row;
    }

    public override void Dispose() => _connection.Dispose();

    private void Execute(string sql)
    {
        using NpgsqlCommand command = new(sql, _connection);
        command.ExecuteNonQuery();
    }

    private sealed class ServerRow(NpgsqlDataReader reader) : SqlRow
    {
        public override long Long(int column) =>
            Convert.ToInt64(reader.GetValue(column), CultureInfo.InvariantCulture);

        public override bool Flag(int column) => reader.GetBoolean(column);

        public override bool IsNull(int column) => reader.IsDBNull(column);

        public override string Text(int column) =>
            reader.GetValue(column) is byte[] bytes ? Encoding.UTF8.GetString(bytes) : reader.GetString(column);
    }
}
