namespace Perdure.Simulation.Runs;

/// <summary>The sections of checks and how they went.</summary>
internal sealed class Verdict
{
    private int _passed;
    private int _failed;
    private int _skipped;

    public int ExitCode => _failed == 0 ? 0 : 1;

    public void Check(TextWriter to, string what, bool holds)
    {
        to.WriteLine($"{(holds ? "passed" : "FAILED")}: {what}");
        if (holds)
            _passed++;
        else
            _failed++;
    }

    public void Skip(TextWriter to, string what)
    {
        to.WriteLine($"skipped: {what}");
        _skipped++;
    }

    public override string ToString() => $"{_passed} passed, {_failed} failed, {_skipped} skipped";
}
