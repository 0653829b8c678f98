using System.CommandLine;
using Perdure.Cli.Hubs;
using Perdure.PostgreSql;

namespace Perdure.Cli.Schemas;

/// <summary><c>perdure schema</c>: the tables of a hub on PostgreSQL, for an administrator.</summary>
internal static class SchemaCommands
{
    public static Command Make(Terminal terminal) => new("schema", "The tables of a task hub on PostgreSQL.")
    {
        Check(terminal),
        Script(terminal),
        Migrate(terminal),
    };

    private static Command Check(Terminal terminal)
    {
        (Option<string?> to, Option<string> schema) = Place();
        Command check = new(
            "check",
            "Says whether the tables are those that this version needs. Exit codes: 0 they are, 1 they are missing or "
            + "older, 2 it cannot be told or they are newer.")
        {
            to, schema,
        };
        check.Do(
            terminal,
            async (parsed, cancellationToken) =>
            {
                HubSchema hub = Of(parsed, to, schema, terminal);
                int version = await hub.VersionAsync(cancellationToken);
                await terminal.Output.WriteLineAsync(version switch
                {
                    0 => $"There is no task hub in {hub.Place}. This version makes schema version {HubSchema.Newest}.",
                    _ when version < HubSchema.Newest =>
                        $"Version {version} in {hub.Place}; this version of Perdure needs {HubSchema.Newest}.",
                    _ => $"Version {version}, which is current, in {hub.Place}.",
                });
                return version == HubSchema.Newest ? ExitCode.Done : ExitCode.No;
            },
            failure: ExitCode.Wrong);
        return check;
    }

    private static Command Script(Terminal terminal)
    {
        (Option<string?> to, Option<string> schema) = Place();
        Option<string?> grant = Grant();
        Option<int?> partitions = Partitions();
        Command script = new(
            "script",
            "Prints the SQL that 'migrate' would run, as one transaction for psql, to be read first or run by somebody "
            + "else. Changes nothing.")
        {
            to, schema, partitions, grant,
        };
        script.Do(terminal, async (parsed, cancellationToken) =>
        {
            HubSchema hub = Of(parsed, to, schema, terminal, partitions);
            string sql = await hub.ScriptAsync(parsed.GetValue(grant), cancellationToken);
            await terminal.Output.WriteAsync(
                sql.Length > 0 ? sql : $"-- The tables are current: version {HubSchema.Newest}.\n");
            return ExitCode.Done;
        });
        return script;
    }

    private static Command Migrate(Terminal terminal)
    {
        (Option<string?> to, Option<string> schema) = Place();
        Option<string?> grant = Grant();
        Option<int?> partitions = Partitions();
        Command migrate = new(
            "migrate",
            "Creates the tables, or brings them to the version that this version needs, in one transaction. Several at "
            + "once wait for each other. Hosts of the older version may go on running meanwhile.")
        {
            to, schema, partitions, grant,
        };
        migrate.Do(terminal, async (parsed, cancellationToken) =>
        {
            HubSchema hub = Of(parsed, to, schema, terminal, partitions);
            int before = await hub.MigrateAsync(parsed.GetValue(grant), cancellationToken);
            await terminal.Output.WriteLineAsync(before switch
            {
                0 => $"Created version {HubSchema.Newest} in {hub.Place}.",
                _ when before < HubSchema.Newest =>
                    $"Brought {hub.Place} from version {before} to {HubSchema.Newest}.",
                _ => $"Version {before}, which is current, in {hub.Place}.",
            });
            return ExitCode.Done;
        });
        return migrate;
    }

    private static HubSchema Of(
        ParseResult parsed, Option<string?> to, Option<string> schema, Terminal terminal,
        Option<int?>? partitions = null)
    {
        if (partitions is not null && parsed.GetValue(partitions) is < 1 or > 64)
            throw new PlaceException($"--partitions is {parsed.GetValue(partitions)}; it is from 1 to 64.");
        return new HubSchema(
            HubPlace.Database(parsed.GetValue(to), "--to", terminal), parsed.GetValue(schema)!,
            partitions is null ? null : parsed.GetValue(partitions));
    }

    private static (Option<string?> To, Option<string> Schema) Place() => (
        new("--to")
        {
            Description = "The connection string, as Npgsql takes it; without it, what PERDURE_CONNECTION says. A "
                + "password may come from PGPASSWORD or a .pgpass file.",
            HelpName = "connection",
        },
        new("--schema")
        {
            Description = "The schema, which is the name of the task hub.", HelpName = "name",
            DefaultValueFactory = _ => "perdure",
        });

    private static Option<string?> Grant() => new("--grant")
    {
        Description = "Also gives this role what it needs to run hosts, and no right to change tables.",
        HelpName = "role",
    };

    private static Option<int?> Partitions() => new("--partitions")
    {
        Description = "How many partitions a new hub gets, from 1 to 64; 32 by default. It is fixed from then on.",
        HelpName = "count",
    };
}
