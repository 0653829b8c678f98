namespace Perdure.Cli.Checks;

/// <summary>The end of what a program has printed, for an error; the rest is of no interest.</summary>
internal sealed class LastLines
{
    private const int LinesMax = 20;

    private readonly Queue<string> _lines = new();

    public void Add(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesMax)
                _lines.Dequeue();
        }
    }

    /// <summary>To be put behind a sentence.</summary>
    public string Said()
    {
        lock (_lines)
        {
            return _lines.Count == 0
                ? "It printed nothing."
                : $"It printed at the end:{string.Concat(_lines.Select(l => $"\n  {l}"))}";
        }
    }
}
