using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Npgsql;
using Perdure.Cli.Checks;
using Perdure.Cli.Histories;
using Perdure.Cli.Hubs;
using Perdure.Cli.Instances;
using Perdure.Cli.Schemas;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Moves;
using Perdure.Sqlite.Connections;

namespace Perdure.Cli;

/// <summary>The commands, and what becomes of their failures.</summary>
internal static partial class CommandLine
{
    public static async Task<ExitCode> RunAsync(
        string[] arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        ParseResult parsed = Root(terminal).Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError error in parsed.Errors)
                await terminal.Error.WriteLineAsync(WithoutPasswords(error.Message));
            await terminal.Error.WriteLineAsync($"'{PathOf(parsed)} --help' says how it is used.");
            return ExitCode.Wrong;
        }
        InvocationConfiguration invocation = new()
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            // Signals are ours: a move that is cancelled takes back what it did, and that takes its time.
            ProcessTerminationTimeout = null,
        };
        return (ExitCode)await parsed.InvokeAsync(invocation, cancellationToken);
    }

    /// <summary>A command as it is run: its failures become a text and an exit code.</summary>
    public static void Do(
        this Command command, Terminal terminal, Func<ParseResult, CancellationToken, Task<ExitCode>> run,
        ExitCode failure = ExitCode.No) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return (int)await run(parsed, cancellationToken);
            }
            catch (StoreException e)
            {
                return (int)await SaidAsync(e.Message, failure);
            }
            catch (CheckFailedException e)
            {
                return (int)await SaidAsync(e.Message, ExitCode.Wrong);
            }
            catch (PlaceException e)
            {
                return (int)await SaidAsync(e.Message, ExitCode.Wrong);
            }
            catch (MoveOutcomeUnknownException e)
            {
                return (int)await SaidAsync(e.Message, ExitCode.Unknown);
            }
            catch (Exception e) when (
                e is NpgsqlException or SqliteFailure or IOException or UnauthorizedAccessException)
            {
                return (int)await SaidAsync(e.Message, failure);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return (int)await SaidAsync("Cancelled. Nothing was changed.", ExitCode.Cancelled);
            }

            async Task<ExitCode> SaidAsync(string text, ExitCode code)
            {
                await terminal.Error.WriteLineAsync(WithoutPasswords(text));
                return code;
            }
        });

    /// <summary>What was typed may be repeated in an error, and passwords are typed in connection strings.</summary>
    public static string WithoutPasswords(string text) => Password().Replace(text, "$1=***");

    /// <summary>
    /// A root command of the library would be named after the process, which may be the program dotnet.
    /// </summary>
    private static Command Root(Terminal terminal) => new(
        "perdure",
        "Durable functions for .NET: checks of deployments, histories, the schemas of PostgreSQL and the moving of "
        + "task hubs. Exit codes: 0 done, 1 "
        + "refused or failed and nothing changed, 2 not understood, 3 the outcome is not known, 130 cancelled.")
    {
        CheckCommand.Make(terminal),
        HistoryCommands.Make(terminal),
        HubCommands.Make(terminal),
        InstanceCommands.Make(terminal),
        SchemaCommands.Make(terminal),
        new HelpOption(),
        new VersionOption(),
    };

    private static string PathOf(ParseResult parsed)
    {
        Stack<string> names = [];
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult command; at = at.Parent)
            names.Push(command.Command.Name);
        return string.Join(' ', names);
    }

    [GeneratedRegex("""\b(password|pwd|ssl password)\s*=\s*('[^']*'|"[^"]*"|[^;'"\s]*)""", RegexOptions.IgnoreCase)]
    private static partial Regex Password();
}
