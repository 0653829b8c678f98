using Perdure.Core.Stores;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite;

/// <summary>Opens the file of a hub for writing, in the mode that the store relies on.</summary>
internal static class SqliteFile
{
    private const int BusyMilliseconds = 1_000;

    public static Connection OpenForWriting(SqliteStoreOptions options)
    {
        var connection = Connection.Open(options.Path, readOnly: false, BusyMilliseconds);
        try
        {
            connection.Execute(Sql.WriterSettings);
            if (options.Forgetful)
                connection.Execute(Sql.Forgetful);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Says that the file cannot be written before anything is lost in it, and sets the write-ahead log, which stays
    /// the mode of the file.
    /// </summary>
    public static void CheckWritable(Connection connection, string path)
    {
        // An administrator could write a file that is marked read-only, but was not meant to.
        if (connection.IsReadOnly || (File.Exists(path) && File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly)))
            throw new StoreException(
                $"'{path}' is read-only. Make it writable, or choose another path for the task hub.");
        var statement = connection.Prepared(Sql.UseLog);
        string mode = statement.Step() ? statement.Text(0) : "";
        statement.Run();
        if (mode != "wal")
        {
            throw new StoreException(
                $"'{path}' cannot use a write-ahead log (SQLite stays in mode '{mode}'). Put the task hub on a local "
                + "disk.");
        }
    }
}
