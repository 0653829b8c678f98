namespace Perdure.Simulation.Runs;

/// <summary>The checks and how they went; its last line holds the figures that are worth keeping.</summary>
internal sealed class Verdict
{
    private readonly List<string> _figures = [];
    private int _failed;

    public int ExitCode => _failed == 0 ? 0 : 1;

    public void Figure(string figure) => _figures.Add(figure);

    public void Check(TextWriter to, string what, bool holds)
    {
        to.WriteLine($"{(holds ? "passed" : "FAILED")}: {what}");
        if (!holds)
            _failed++;
    }

    public static void Skip(TextWriter to, string what) => to.WriteLine($"skipped: {what}");

    public override string ToString() => $"{(_failed == 0 ? "PASS" : "FAIL")} {string.Join("; ", _figures)}";
}
