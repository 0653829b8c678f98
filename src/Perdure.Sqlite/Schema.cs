using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using Perdure.Core.Stores;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite;

/// <summary>
/// Brings the tables of a file to the newest version, and refuses a file that this build does not know.
/// </summary>
internal static class Schema
{
    private static readonly SortedList<int, string> Migrations = Load();

    /// <summary>The version that this build writes.</summary>
    public static int Newest => Migrations.Keys[^1];

    /// <summary>The version of the file, 0 when it is new.</summary>
    /// <exception cref="StoreException">It is not a hub, newer than this build, or of another partition
    /// count.</exception>
    public static int ReadVersion(Connection connection, SqliteStoreOptions options)
    {
        if (connection.Prepared(Sql.IsHub).Scalar() == 0)
        {
            return connection.Prepared(Sql.CountTables).Scalar() == 0
                ? 0
                : throw new StoreException(
                    $"'{options.Path}' is an SQLite database, but not a task hub. Choose another path for the task "
                    + "hub.");
        }
        var hub = connection.Prepared(Sql.ReadHub);
        if (!hub.Step())
            throw new StoreException(
                $"'{options.Path}' is a task hub without its row in the table hub. Restore a backup.");
        int version = hub.Int(0);
        // A newer schema may have changed the other columns, so they are looked at only after this.
        if (version > Newest)
        {
            hub.Reset();
            throw new StoreException(
                $"'{options.Path}' has schema version {version}; this build of Perdure knows versions up to {Newest}. "
                + "Start a newer build; the file was not changed.");
        }
        int partitions = hub.Int(2);
        hub.Reset();
        return options.Partitions is null || partitions == options.Partitions
            ? version
            : throw new StoreException(
                $"'{options.Path}' has {partitions} partitions, but {options.Partitions} were asked for. The count is "
                + $"fixed when a task hub is created: ask for {partitions}, or start a new task hub.");
    }

    /// <summary>Creates or upgrades the tables in one transaction; returns the hub's id and partitions.</summary>
    public static (string Id, int Partitions) Prepare(Connection connection, SqliteStoreOptions options)
    {
        connection.Prepared(Sql.Begin).Run();
        int version = ReadVersion(connection, options);
        foreach (var (number, sql) in Migrations)
        {
            if (number > version)
                connection.Execute(sql);
        }
        if (version == 0)
            CreateHub(connection, options.Partitions ?? SqliteStoreOptions.UsualPartitions);
        else if (version < Newest)
            connection.Prepared(Sql.SetSchema).Bind(1, Newest).Run();
        connection.Prepared(Sql.FillSecret).BindBlob(1, RandomNumberGenerator.GetBytes(HubSecret.Length)).Run();
        (string, int) hub = ReadHub(connection);
        connection.Prepared(Sql.Commit).Run();
        return hub;
    }

    public static HubSecret ReadSecret(Connection connection)
    {
        Statement secret = connection.Prepared(Sql.ReadSecret);
        secret.Step();
        HubSecret read = new(secret.Bytes(0));
        secret.Reset();
        return read;
    }

    private static void CreateHub(Connection connection, int partitions)
    {
        connection.Prepared(Sql.InsertHub)
            .Bind(1, Newest).Bind(2, Guid.CreateVersion7().ToString("N")).Bind(3, partitions).Run();
        for (int partition = 0; partition < partitions; partition++)
            connection.Prepared(Sql.InsertPartition).Bind(1, partition).Run();
    }

    private static (string Id, int Partitions) ReadHub(Connection connection)
    {
        var hub = connection.Prepared(Sql.ReadHub);
        hub.Step();
        (string, int) read = (hub.Text(1), hub.Int(2));
        hub.Reset();
        return read;
    }

    private static SortedList<int, string> Load()
    {
        const string Prefix = "Perdure.Sqlite.Migrations.";
        var assembly = Assembly.GetExecutingAssembly();
        var migrations = new SortedList<int, string>();
        foreach (string name
            in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            migrations.Add(int.Parse(name.AsSpan(Prefix.Length, 4), CultureInfo.InvariantCulture), reader.ReadToEnd());
        }
        return migrations;
    }
}
