using System.CommandLine;
using System.Globalization;
using Perdure.Cli.Hubs;

namespace Perdure.Cli.Instances;

/// <summary><c>perdure instances</c>: many instances at once.</summary>
internal static class InstanceCommands
{
    public static Command Make(Terminal terminal) => new("instances", "Many instances at once.")
    {
        Terminate(terminal),
    };

    private static Command Terminate(Terminal terminal)
    {
        Option<string?> hub = new("--hub")
        {
            Description = "The path of a file on which no host runs, or a connection string of PostgreSQL; without it, "
                + $"what {HubPlace.Variable} says.",
            HelpName = "hub",
        };
        Option<string> taskHub = new("--task-hub")
        {
            Description = "The name of the hub, which is its schema on PostgreSQL.",
            HelpName = "name",
            DefaultValueFactory = _ => "perdure",
        };
        Option<string?> orchestrator = new("--orchestrator")
        {
            Description = "Only instances of this orchestrator, as its name is written.", HelpName = "name",
        };
        Option<string?> version = new("--version")
        {
            Description = "Only instances of exactly this version; \"\" for those without one.", HelpName = "version",
        };
        Option<string> reason = new("--reason")
        {
            Description = "Why; their outputs show it.", HelpName = "text",
            DefaultValueFactory = _ => "stopped by 'perdure instances terminate'",
        };
        Option<bool> yes = new("--yes") { Description = "Terminates them; without it they are only counted." };
        Command terminate = new(
            "terminate",
            "Stops all instances in flight: counts those that have not ended and, with --yes, terminates them. On "
            + "PostgreSQL hosts may run on the hub. What their activities are at is cancelled, and does not count.")
        {
            hub, taskHub, orchestrator, version, reason, yes,
        };
        terminate.Do(terminal, async (parsed, cancellationToken) =>
        {
            HubPlace place = HubPlace.Of(parsed.GetValue(hub), "--hub", parsed.GetValue(taskHub)!, terminal);
            await using ServedHub served = await ServedHub.OpenAsync(place, cancellationToken);
            OrchestrationStatusQueryCondition condition = new()
            {
                Name = parsed.GetValue(orchestrator), Version = parsed.GetValue(version),
                RuntimeStatus =
                [
                    OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running,
                    OrchestrationRuntimeStatus.Suspended,
                ],
            };
            long count = await served.Client.CountInstancesAsync(condition, cancellationToken);
            await terminal.Output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{count:N0} {(count == 1 ? "instance has" : "instances have")} not ended."));
            if (count == 0)
                return ExitCode.Done;
            if (!parsed.GetValue(yes))
            {
                await terminal.Error.WriteLineAsync("Nothing was changed. Say --yes to terminate them.");
                return ExitCode.No;
            }
            Progress progress = new(terminal, count);
            long done = await served.Client.TerminateInstancesAsync(
                condition, parsed.GetValue(reason), progress, cancellationToken);
            await terminal.Output.WriteLineAsync(
                string.Create(CultureInfo.InvariantCulture, $"Terminated {done:N0}."));
            return ExitCode.Done;
        });
        return terminate;
    }

    /// <summary>A line now and then; the calls come from one thread after the other.</summary>
    private sealed class Progress(Terminal terminal, long count) : IProgress<long>
    {
        private static readonly TimeSpan s_every = TimeSpan.FromSeconds(2);
        private long _last = terminal.Time.GetTimestamp();

        public void Report(long value)
        {
            if (terminal.Time.GetElapsedTime(_last) < s_every)
                return;
            _last = terminal.Time.GetTimestamp();
            terminal.Error.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"Terminated {value:N0} of {count:N0}."));
        }
    }
}
