using Npgsql;
using Perdure.Core.Stores.Histories;
using Perdure.Core.Stores.Moves;
using Perdure.PostgreSql;
using Perdure.PostgreSql.Histories;
using Perdure.PostgreSql.Moves;
using Perdure.Sqlite.Histories;
using Perdure.Sqlite.Moves;

namespace Perdure.Cli.Hubs;

/// <summary>Where a hub is or shall be, as it is said on the command line: a file, or a connection string.</summary>
internal sealed record HubPlace
{
    public const string Variable = "PERDURE_CONNECTION";

    private readonly string _text;
    private readonly string _schema;
    private readonly bool _isDatabase;

    private HubPlace(string text, string schema, bool isDatabase) =>
        (_text, _schema, _isDatabase) = (text, schema, isDatabase);

    /// <param name="text">What was said; null to take what the environment says.</param>
    /// <param name="option">By which option, for people.</param>
    /// <param name="schema">Of a database.</param>
    /// <param name="terminal">With the environment.</param>
    /// <exception cref="PlaceException">It is neither.</exception>
    public static HubPlace Of(string? text, string option, string schema, Terminal terminal)
    {
        text ??= terminal.Environment(Variable);
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new PlaceException(
                $"{option} is missing: say the path of a file, or a connection string of PostgreSQL, or set "
                + $"{Variable}.");
        }
        if (text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
        {
            throw new PlaceException(
                $"{option} is a URL. Say it as Npgsql takes it: 'Host=…;Username=…;Database=…'.");
        }
        return text.Contains('=', StringComparison.Ordinal) && IsConnectionString(text, option)
            ? new HubPlace(text, schema, isDatabase: true)
            : new HubPlace(Path.GetFullPath(text), schema, isDatabase: false);
    }

    /// <exception cref="PlaceException">It is not a connection string.</exception>
    public static string Database(string? text, string option, Terminal terminal)
    {
        HubPlace place = Of(text, option, "", terminal);
        return place._isDatabase
            ? place._text
            : throw new PlaceException(
                $"{option} is not a connection string of PostgreSQL, such as 'Host=…;Username=…;Database=…'.");
    }

    /// <summary>For a host on the hub. There must be one: none is made.</summary>
    /// <exception cref="PlaceException">There is no such file.</exception>
    public void Configure(PerdureOptions options)
    {
        if (_isDatabase)
        {
            options.TaskHub = _schema;
            options.UsePostgreSql(_text, o => o.Migrate = false);
            return;
        }
        if (!File.Exists(_text))
            throw new PlaceException($"There is no file '{_text}'.");
        options.UseSqlite(_text);
    }

    /// <summary>Whether hosts share it, or one has it for itself.</summary>
    public bool IsShared => _isDatabase;

    public IHubSource Source() =>
        _isDatabase ? new PostgreSqlSource(_text, _schema) : new SqliteSource(_text);

    public IHubTarget Target() =>
        _isDatabase ? new PostgreSqlTarget(_text, _schema) : new SqliteTarget(_text);

    public IHistorySource Histories() => _isDatabase
        ? new PostgreSqlHistories(new PostgreSqlStoreOptions { ConnectionString = _text, Schema = _schema })
        : new SqliteHistories(_text);

    private static bool IsConnectionString(string text, string option)
    {
        try
        {
            // A password from the environment (PGPASSWORD) or a file (.pgpass) is Npgsql's to find.
            return new NpgsqlConnectionStringBuilder(text).Host is { Length: > 0 };
        }
        catch (ArgumentException)
        {
            // What Npgsql says may repeat a part of the text, and that may be a part of a password.
            throw new PlaceException(
                $"{option} is neither a path nor a connection string that Npgsql takes. Check its keywords, and put "
                + "values with a ';' in quotes.");
        }
    }
}

/// <summary>What was said on the command line names no hub.</summary>
internal sealed class PlaceException(string message) : Exception(message);
