namespace Perdure.Torture.Judging;

/// <summary>What must not be, by guarantee; the same finding counts once.</summary>
internal sealed class Findings(bool quiet = false)
{
    private readonly HashSet<string> _all = [];

    public int Count => _all.Count;

    public IEnumerable<string> All => _all;

    public void Add(string what, string detail)
    {
        if (_all.Add($"{what}: {detail}") && _all.Count <= 50 && !quiet)
            Console.WriteLine($"  VIOLATION {what}: {detail}");
    }
}
