using System.Globalization;

namespace Perdure.Cli.Hubs;

/// <summary>Tells people how a move goes, in plain lines, and what it came to, as a table.</summary>
internal sealed class MoveReport(Terminal terminal)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private long _last = terminal.Time.GetTimestamp();

    /// <summary>At most a line each second; a small hub is moved without any.</summary>
    public void Progress(MoveProgress progress)
    {
        if (terminal.Time.GetElapsedTime(_last) < s_pause)
            return;
        _last = terminal.Time.GetTimestamp();
        terminal.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.Table}: {progress.Rows:N0} of {progress.Total:N0} rows {progress.Doing}"));
    }

    public void Result(MoveResult result, string from, string to)
    {
        bool isTrial = result.Tables.Count == 0;
        terminal.Output.WriteLine($"{(isTrial ? "Would move" : "Moved")} {from} to {to}.");
        terminal.Output.WriteLine(result.From == result.To
            ? $"Partitions: {result.From}, as before."
            : $"Partitions: {result.From} become {result.To}.");
        terminal.Output.WriteLine(isTrial ? $"{"table",-10} {"rows",14}" : $"{"table",-10} {"rows",14}  SHA-256");
        foreach ((string name, long count) in result.Counts)
        {
            string digest = isTrial ? "" : $"  {result.Tables.Single(t => t.Name == name).Target.Sha256}";
            terminal.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{name,-10} {count,14:N0}{digest}"));
        }
        terminal.Output.WriteLine(isTrial
            ? "Nothing was changed."
            : "The same in both, counted and hashed from each by itself. Hosts do not open the old hub any more.");
        if (result.Warning is { } warning)
            terminal.Error.WriteLine(warning);
    }
}
