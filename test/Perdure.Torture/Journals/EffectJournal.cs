namespace Perdure.Torture.Journals;

/// <summary>
/// What activities did to the world: <c>S run key attempt receipt</c> and <c>E run key attempt receipt ok|failed</c>.
/// </summary>
public sealed class EffectJournal(string path, int run) : IDisposable
{
    private readonly Journal _journal = new(path);
    private int _last;

    public string Started(string key, int attempt)
    {
        string receipt = $"{run}-{Interlocked.Increment(ref _last)}";
        _journal.Append($"S {run} {key} {attempt} {receipt}");
        return receipt;
    }

    public void Ended(string key, int attempt, string receipt, bool failed) =>
        _journal.Append($"E {run} {key} {attempt} {receipt} {(failed ? "failed" : "ok")}");

    public void Dispose() => _journal.Dispose();
}
