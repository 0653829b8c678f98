using System.CommandLine;
using Perdure.Core.Stores.Moves;
using Perdure.PostgreSql.Moves;
using Perdure.Sqlite.Moves;

namespace Perdure.Cli.Hubs;

/// <summary><c>perdure hub</c>: what is done to a hub as a whole, while it is stopped.</summary>
internal static class HubCommands
{
    private const string Places =
        "the path of a file, or a connection string of PostgreSQL; without it, what PERDURE_CONNECTION says. A "
        + "password may come from PGPASSWORD or a .pgpass file";

    public static Command Make(Terminal terminal) => new("hub", "A task hub as a whole, while it is stopped.")
    {
        Move(terminal),
        Reopen(terminal),
    };

    private static Command Move(Terminal terminal)
    {
        Option<string?> from = new("--from") { Description = $"The hub: {Places}.", HelpName = "hub" };
        Option<string?> to = new("--to")
        {
            Description = $"Where it shall be: {Places}. There must be no hub yet.", HelpName = "hub",
        };
        Option<string> schema = Schema("The schema, which is the name of the task hub, where a hub is on PostgreSQL.");
        Option<string?> fromSchema = new("--from-schema")
        {
            Description = "The schema of the source, if it is another one.", HelpName = "name",
        };
        Option<int?> partitions = new("--partitions")
        {
            Description = "How many partitions it shall have: as many as now, or a multiple, up to 64. By default 32 "
                + "on PostgreSQL if that is a multiple, else as many as now.",
            HelpName = "count",
        };
        Option<bool> trial = new("--dry-run")
        {
            Description = "Only says what would be done, and whether it could be.",
        };
        Command move = new(
            "move",
            "Moves a hub that is stopped between a SQLite file and PostgreSQL, either way. The source stays, complete "
            + "and marked as moved, so that no host goes on with it by mistake. The target becomes a hub only when the "
            + "counts and the SHA-256 of all tables are the same in both.")
        {
            from, to, schema, fromSchema, partitions, trial,
        };
        move.Do(terminal, async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(from) is null && parsed.GetValue(to) is null)
                throw new PlaceException("Say --from and --to; one of them may come from PERDURE_CONNECTION.");
            string name = parsed.GetValue(schema)!;
            await using IHubSource source = HubPlace
                .Of(parsed.GetValue(from), "--from", parsed.GetValue(fromSchema) ?? name, terminal).Source();
            await using IHubTarget target = HubPlace.Of(parsed.GetValue(to), "--to", name, terminal).Target();
            MoveReport report = new(terminal);
            HubMove work = new(source, target, terminal.Time)
            {
                Partitions = parsed.GetValue(partitions),
                IsTrial = parsed.GetValue(trial),
                Report = report.Progress,
            };
            report.Result(await work.RunAsync(cancellationToken), source.Place, target.Place);
            return ExitCode.Done;
        });
        return move;
    }

    private static Command Reopen(Terminal terminal)
    {
        Option<string?> hub = new("--hub") { Description = $"The hub: {Places}.", HelpName = "hub" };
        Option<string> schema = Schema("Its schema, where it is on PostgreSQL.");
        Option<bool> yes = new("--yes") { Description = "There is no node on the hub that it was moved to." };
        Command reopen = new(
            "reopen",
            "Undoes a move, or clears up after one that was killed: takes away the mark that keeps hosts from opening "
            + "the hub. What has happened on the target since is not in it, and two open hubs would do the same work "
            + "twice.")
        {
            hub, schema, yes,
        };
        reopen.Do(terminal, async (parsed, cancellationToken) =>
        {
            HubPlace place = HubPlace.Of(parsed.GetValue(hub), "--hub", parsed.GetValue(schema)!, terminal);
            if (!parsed.GetValue(yes))
            {
                throw new PlaceException(
                    "Two open hubs would do the same work twice. See that no host runs on the hub that this one was "
                    + "moved to, or that there is none, and say --yes.");
            }
            await using IHubSource source = place.Source();
            HubMark? mark = source switch
            {
                SqliteSource file => await file.ReopenAsync(),
                PostgreSqlSource database => await database.ReopenAsync(cancellationToken),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            await terminal.Output.WriteLineAsync(mark is null
                ? $"There was no mark in {source.Place}; hosts can open it."
                : $"Hosts can open {source.Place} again. It was marked as moved to {mark.Target}.");
            return ExitCode.Done;
        });
        return reopen;
    }

    private static Option<string> Schema(string description) => new("--schema")
    {
        Description = description, HelpName = "name", DefaultValueFactory = _ => "perdure",
    };
}
