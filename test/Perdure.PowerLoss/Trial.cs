using System.Diagnostics;
using Perdure.PowerLoss.Images;
using Perdure.PowerLoss.Recording;

namespace Perdure.PowerLoss;

/// <summary>
/// Records a run, checks the record against the files that it made, cuts it and judges the images. A forgetful store
/// must be found out: then the trial passes when there are losses.
/// </summary>
internal sealed class Trial(int seed, int images, int commits, bool forgetful)
{
    private const int CheckpointsMin = 3;

    public async Task<int> RunAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        DirectoryInfo work = Directory.CreateTempSubdirectory("perdure-powerloss-");
        // Images are many and short-lived; memory is the place for them.
        DirectoryInfo place = Directory.Exists("/dev/shm")
            ? Directory.CreateDirectory($"/dev/shm/{work.Name}")
            : work;
        string hub = Path.Combine(work.FullName, "hub");
        Recorder recorder = new();
        RecordedFiles.Install(recorder);
        await RecordedRun.RunAsync(recorder, hub, seed, commits, CheckpointsMin, forgetful);
        IReadOnlyList<Record> records = [.. recorder.Records];
        string? blind = Blindness(records, Path.Combine(hub, "hub.db"));
        Console.WriteLine(
            $"recorded {records.Count} requests to the disk and answers, {recorder.Commits} commits, "
            + $"{recorder.Checkpoints} checkpoints, {recorder.Acknowledgements} acknowledgements in "
            + $"{watch.Elapsed.TotalSeconds:0} s");
        IReadOnlyList<int> cuts = Cuts.Choose(records, images, new Random(seed));
        int lanes = Math.Clamp(Environment.ProcessorCount, 1, 8);
        Tally tally = new();
        foreach (Tally part in await Task.WhenAll(Enumerable.Range(0, lanes).Select(lane => Task.Run(
            () => Cuts.Walk(records, cuts, seed, Path.Combine(place.FullName, $"images-{lane}"), lane, lanes)))))
        {
            tally.Add(part);
        }
        place.Delete(recursive: true);
        if (Directory.Exists(work.FullName))
            work.Delete(recursive: true);
        return Verdict(tally, recorder, blind, watch.Elapsed);
    }

    private int Verdict(Tally tally, Recorder recorder, string? blind, TimeSpan took)
    {
        bool enough = recorder.Commits >= commits && recorder.Checkpoints >= CheckpointsMin;
        bool passed = blind is null && enough && (forgetful ? tally.WithLosses > 0 : tally.Bad == 0);
        if (!forgetful)
        {
            foreach (string example in tally.Examples)
                Console.WriteLine($"  VIOLATION {example}");
        }
        if (blind is not null)
            Console.WriteLine($"  VIOLATION the record is not what the disk saw: {blind}");
        if (!enough)
            Console.WriteLine("  VIOLATION too few commits or checkpoints were recorded");
        Console.WriteLine(
            $"powerloss{(forgetful ? " (synchronous=NORMAL)" : "")}: {(passed ? "PASS" : "FAIL")}: {tally.Images} "
            + "images over "
            + $"{recorder.Commits} commits and {recorder.Checkpoints} checkpoints, {recorder.Acknowledgements} "
            + "acknowledged requests: "
            + $"{tally.Bad} bad images, {tally.WithLosses} with losses, at most {tally.LostMax} acknowledged lost, "
            + $"{took.TotalSeconds:0} s, seed {seed}");
        return passed ? 0 : 1;
    }

    /// <summary>
    /// The record, applied whole, must give the very bytes that lie on the disk; else it missed something.
    /// </summary>
    private static string? Blindness(IReadOnlyList<Record> records, string path)
    {
        Disk disk = new();
        foreach (Record record in records)
            disk.Take(record);
        foreach ((HubFile file, string suffix) in new[] { (HubFile.Database, ""), (HubFile.Log, "-wal") })
        {
            byte[] real = File.Exists(path + suffix) ? File.ReadAllBytes(path + suffix) : [];
            if (!real.AsSpan().SequenceEqual(disk.Whole(file).Span))
                return $"{file}: {real.Length} bytes on the disk, {disk.Whole(file).Length} in the record, or others";
        }
        return null;
    }
}
