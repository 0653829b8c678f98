using Perdure.Core.Checks;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Histories;
using Perdure.Sqlite.Histories;

namespace Perdure.Checks;

/// <summary>Finds the histories that a check is asked to look at.</summary>
internal static class HubHistories
{
    private const string PostgreSql = "Perdure.PostgreSql.Histories.PostgreSqlHistoriesAt, Perdure.PostgreSql";

    /// <param name="request">What was asked for.</param>
    /// <param name="options">Of the program.</param>
    /// <param name="contentRoot">Where its relative paths begin.</param>
    /// <exception cref="StoreException">There is no such place for this program.</exception>
    public static IHistorySource Of(CheckRequest request, PerdureOptions options, string contentRoot)
    {
        string taskHub = request.TaskHub ?? options.TaskHub;
        if (request.Histories is { } folder)
            return new HistoryFolder(folder);
        if (request.Hub is { } hub)
            return hub.Contains('=', StringComparison.Ordinal) ? Database(hub, taskHub) : new SqliteHistories(hub);
        if (options.Source is StoreFactory source)
            return source.Histories(taskHub) ?? throw NoPlace();
        return options.InMemory
            ? throw NoPlace()
            : new SqliteHistories(Path.GetFullPath(Path.Combine(contentRoot, options.SqlitePath)));
    }

    /// <summary>
    /// A program that has never heard of PostgreSQL could not run on the hub either, whatever its code is.
    /// </summary>
    private static IHistorySource Database(string connectionString, string taskHub)
    {
        try
        {
            return Type.GetType(PostgreSql) is { } type
                ? ((IHistorySourceAt)Activator.CreateInstance(type, nonPublic: true)!).Of(connectionString, taskHub)
                : throw new StoreException(
                    "The hub is on PostgreSQL, and the program does not come with Perdure.PostgreSql. Add the package, "
                    + "or export the histories ('perdure history export') and check those (--histories).");
        }
        catch (ArgumentException)
        {
            // What the driver says may repeat a part of the text, and that may be a part of a password.
            throw new StoreException("The hub is neither a path nor a connection string that Npgsql takes.");
        }
    }

    private static StoreException NoPlace() => new(
        "The hub of this program is in memory and gone. Say which hub to look at (--hub), or give a folder with "
        + "exported histories (--histories).");
}
