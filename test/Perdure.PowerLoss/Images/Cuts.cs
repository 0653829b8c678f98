using Perdure.PowerLoss.Recording;
using Perdure.Torture.Journals;

namespace Perdure.PowerLoss.Images;

/// <summary>What the images of a record showed.</summary>
internal sealed class Tally
{
    public int Images { get; set; }
    public int Bad { get; set; }
    public int WithLosses { get; set; }
    public int LostMax { get; set; }
    public List<string> Examples { get; } = [];

    public void Add(int cut, IReadOnlyList<string> wrong)
    {
        int lost = wrong.Count(w => w.StartsWith("acknowledged and lost", StringComparison.Ordinal));
        Images++;
        Bad += wrong.Count > 0 ? 1 : 0;
        WithLosses += lost > 0 ? 1 : 0;
        LostMax = Math.Max(LostMax, lost);
        if (wrong.Count > 0 && Examples.Count < 10)
            Examples.Add($"cut {cut}: {wrong[0]} ({wrong.Count} in all)");
    }

    public void Add(Tally other)
    {
        Images += other.Images;
        Bad += other.Bad;
        WithLosses += other.WithLosses;
        LostMax = Math.Max(LostMax, other.LostMax);
        Examples.AddRange(other.Examples.Take(10 - Math.Min(10, Examples.Count)));
    }
}

/// <summary>
/// Cuts the power at chosen moments of a record and looks at what is left. Half of the cuts fall right behind an
/// acknowledgement, where a promise is youngest.
/// </summary>
internal static class Cuts
{
    private const int WholeEvery = 25;

    public static IReadOnlyList<int> Choose(IReadOnlyList<Record> records, int images, Random random)
    {
        int[] promises =
            [.. Enumerable.Range(0, records.Count).Where(i => records[i] is Record.Client { Line: ["A", ..] })];
        return
        [
            .. Enumerable.Range(0, images)
                .Select(i => i % 2 == 0 && promises.Length > 0
                    ? promises[random.Next(promises.Length)] + 1
                    : random.Next(records.Count + 1))
                .Order(),
        ];
    }

    /// <summary>Walks through the record once; every <paramref name="lanes"/>th image is this walk's.</summary>
    public static Tally Walk(
        IReadOnlyList<Record> records, IReadOnlyList<int> cuts, int seed, string directory, int lane, int lanes)
    {
        Disk disk = new();
        ClientRecord client = new();
        Tally tally = new();
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, "image.db");
        int at = 0;
        for (int i = lane; i < cuts.Count; i += lanes)
        {
            for (; at < cuts[i]; at++)
            {
                disk.Take(records[at]);
                if (records[at] is Record.Client said)
                    client.Take(said.Line);
            }
            disk.WriteAfterPowerLoss(path, new Random(HashCode.Combine(seed, i)));
            tally.Add(cuts[i], ImageJudge.Judge(path, client, whole: i % WholeEvery == 0));
        }
        return tally;
    }
}
