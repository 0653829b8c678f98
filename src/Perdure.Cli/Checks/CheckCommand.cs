using System.CommandLine;
using Perdure.Core.Checks;

namespace Perdure.Cli.Checks;

/// <summary><c>perdure check</c>: whether a build can go on with the instances that are under way.</summary>
internal static class CheckCommand
{
    private const double SecondsMax = 86_400;

    public static Command Make(Terminal terminal)
    {
        Argument<string> program = new("program")
        {
            Description = "A built .dll or executable, or a project, its folder or a .cs file.",
        };
        Argument<string[]> arguments = new("arguments")
        {
            Description = "Behind --: arguments of the program.", Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string?> hub = new("--hub")
        {
            Description = "Another hub than that of the program: the path of a file, or a connection string of "
                + "PostgreSQL.",
            HelpName = "hub",
        };
        Option<string?> taskHub = new("--task-hub")
        {
            Description = "The name of the hub, which is its schema on PostgreSQL, if it is not that of the program.",
            HelpName = "name",
        };
        Option<string?> histories = new("--histories")
        {
            Description = "A folder that 'perdure history export' wrote, in the place of a hub.", HelpName = "folder",
        };
        Option<string[]> orchestrators = new("--orchestrator")
        {
            Description = "Only instances of this orchestrator; may be said several times.", HelpName = "name",
        };
        Option<string[]> instances = new("--instance")
        {
            Description = "Only this instance; may be said several times.", HelpName = "id",
        };
        Option<double> seconds = Seconds("--time-limit", 10, "How long the code of one instance may take, in seconds.");
        Option<double> start = Seconds(
            "--start-within", 60, "How long the program may take until it has built its services, in seconds.");
        Option<string?> configuration = new("--configuration", "-c")
        {
            Description = "Of the build, where the program is a project.", HelpName = "name",
        };
        Option<bool> json = new("--json")
        {
            Description = "A line of JSON for each instance that would break, and one with the counts.",
        };
        Option<string?> output = new("--output")
        {
            Description = "Writes the verdict of every instance to a file, a line of JSON each.", HelpName = "file",
        };
        Command check = new(
            "check",
            "Finds out before a deployment what it would break: starts a build of a program just so far that its "
            + "services exist, and replays every instance that is under way with its code. Nothing is written, and "
            + "hosts may run meanwhile. Exit codes: 0 all fit, 1 something would break, 2 could not be checked, 130 "
            + "cancelled.")
        {
            program, arguments, hub, taskHub, histories, orchestrators, instances, seconds, start, configuration, json,
            output,
        };
        check.Do(
            terminal,
            async (parsed, cancellationToken) =>
            {
                CheckRequest request = new()
                {
                    // The program may run in another directory.
                    Hub = parsed.GetValue(hub) is { } place && !place.Contains('=', StringComparison.Ordinal)
                        ? Path.GetFullPath(place)
                        : parsed.GetValue(hub),
                    TaskHub = parsed.GetValue(taskHub),
                    Histories = parsed.GetValue(histories) is { } folder ? Path.GetFullPath(folder) : null,
                    Orchestrators = parsed.GetValue(orchestrators) ?? [],
                    Instances = parsed.GetValue(instances) ?? [],
                    SecondsMax = parsed.GetValue(seconds),
                };
                if (request is { Hub: not null, Histories: not null })
                    throw new CheckFailedException("Say either --hub or --histories, not both.");
                ProgramPlace of = ProgramPlace.Of(
                    parsed.GetValue(program)!, parsed.GetValue(configuration), terminal);
                await using StreamWriter? file = parsed.GetValue(output) is { } path ? new StreamWriter(path) : null;
                CheckReport report = new(terminal, parsed.GetValue(json), file);
                if (of.Build is { } build)
                    await CheckedProgram.BuildAsync(build, cancellationToken);
                await using CheckedProgram started =
                    CheckedProgram.Start(of.Start(parsed.GetValue(arguments) ?? []));
                TimeSpan within = TimeSpan.FromSeconds(parsed.GetValue(start));
                await foreach (CheckLine line in started.AskAsync(request, within, cancellationToken))
                {
                    if (line.Begin is { } begin)
                        report.Begin(begin);
                    else if (line.Verdict is { } verdict)
                        report.Add(verdict);
                }
                report.End();
                return report.IsGood ? ExitCode.Done : ExitCode.No;
            },
            ExitCode.Wrong);
        return check;
    }

    private static Option<double> Seconds(string name, double usual, string description)
    {
        Option<double> option = new(name)
        {
            Description = description, HelpName = "seconds", DefaultValueFactory = _ => usual,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= SecondsMax))
                result.AddError($"{name} takes a number of seconds above 0, at most {SecondsMax}.");
        });
        return option;
    }
}
