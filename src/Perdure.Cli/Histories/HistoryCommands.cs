using System.CommandLine;
using Perdure.Cli.Hubs;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores.Histories;

namespace Perdure.Cli.Histories;

/// <summary><c>perdure history</c>: what instances have been through.</summary>
internal static class HistoryCommands
{
    public static Command Make(Terminal terminal) => new("history", "The histories of instances.")
    {
        Export(terminal),
    };

    private static Command Export(Terminal terminal)
    {
        Argument<string?> hub = new("hub")
        {
            Description = "The path of a file, or a connection string of PostgreSQL; without it, what "
                + $"{HubPlace.Variable} says.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string> to = new("--to")
        {
            Description = "The folder; it is made if it is missing.", HelpName = "folder", Required = true,
        };
        Option<string> taskHub = new("--task-hub")
        {
            Description = "The name of the hub, which is its schema on PostgreSQL.",
            HelpName = "name",
            DefaultValueFactory = _ => "perdure",
        };
        Option<InstanceStatus[]> statuses = new("--status")
        {
            Description = "Only instances of this status; may be said several times. By default pending and running "
                + "ones, suspended and parked ones among them.",
            HelpName = "pending|running|completed|failed|terminated",
        };
        Option<bool> all = new("--all") { Description = "Instances of every status." };
        Option<string[]> orchestrators = new("--orchestrator")
        {
            Description = "Only instances of this orchestrator; may be said several times.", HelpName = "name",
        };
        Option<string[]> instances = new("--instance")
        {
            Description = "Only this instance, whatever its status; may be said several times.", HelpName = "id",
        };
        Option<bool> force = new("--force") { Description = "Writes over files that exist." };
        Command export = new(
            "export",
            "Writes instances as files, one for each, with everything that is in their histories: inputs and results "
            + "too, which may be secrets. Nothing is changed, and hosts may run meanwhile.")
        {
            hub, to, taskHub, statuses, all, orchestrators, instances, force,
        };
        export.Do(terminal, async (parsed, cancellationToken) =>
        {
            await using IHistorySource source = HubPlace
                .Of(parsed.GetValue(hub), "The hub", parsed.GetValue(taskHub)!, terminal).Histories();
            string[] ids = parsed.GetValue(instances) ?? [];
            InstanceStatus[] said = parsed.GetValue(statuses) ?? [];
            HistorySelection selection = new() { Names = parsed.GetValue(orchestrators) ?? [], Ids = ids };
            if (parsed.GetValue(all) || (ids.Length > 0 && said.Length == 0))
                said = Enum.GetValues<InstanceStatus>();
            if (said.Length > 0)
                selection = selection with { Statuses = said };
            HistoryExport work = new(source, parsed.GetValue(to)!, terminal) { Overwrites = parsed.GetValue(force) };
            await work.RunAsync(selection, cancellationToken);
            return ExitCode.Done;
        });
        return export;
    }
}
