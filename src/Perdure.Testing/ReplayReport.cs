namespace Perdure.Testing;

/// <summary>What a check of stored histories came to.</summary>
public sealed class ReplayReport
{
    internal ReplayReport(string place, IReadOnlyList<ReplayVerdict> verdicts) => (Place, Verdicts) = (place, verdicts);

    /// <summary>Where the histories are.</summary>
    public string Place { get; }

    /// <summary>A verdict for each history, in the order of their instance ids.</summary>
    public IReadOnlyList<ReplayVerdict> Verdicts { get; }

    /// <summary>Whether there is a history at all, and every instance can go on.</summary>
    public bool Fits => Verdicts.Count > 0 && Verdicts.All(v => v.IsGood);

    /// <summary>Does nothing if every instance can go on; for the end of a test.</summary>
    /// <exception cref="ReplayBrokenException">
    /// Some cannot, and the message explains each; or there is no history, so that a test that looks in the wrong
    /// folder does not pass.
    /// </exception>
    public void ShouldFit()
    {
        if (!Fits)
            throw new ReplayBrokenException(ToString());
    }

    /// <summary>What breaks, a line each; or that everything fits.</summary>
    public override string ToString()
    {
        if (Verdicts.Count == 0)
            return $"There is no history in {Place}.";
        ReplayVerdict[] bad = [.. Verdicts.Where(v => !v.IsGood)];
        return bad.Length == 0
            ? $"All {Verdicts.Count} instances in {Place} fit."
            : $"{bad.Length} of {Verdicts.Count} instances in {Place} cannot go on with these functions:\n"
                + string.Join('\n', bad.Select(v => $"  {v}"));
    }
}
