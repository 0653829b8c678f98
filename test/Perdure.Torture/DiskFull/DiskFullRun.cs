using System.Diagnostics;
using Perdure.Torture.Judging;
using Perdure.Torture.Killing;
using Perdure.Torture.Worker;
using Perdure.Torture.Workload;

namespace Perdure.Torture.DiskFull;

/// <summary>
/// The whole host on a disk that fills up. While it is full nothing may be acknowledged that is not stored; when there
/// is space again the same process goes on by itself. In every other round the process is killed while the disk is
/// full.
/// </summary>
internal sealed class DiskFullRun(string directory, int seed, int rounds)
{
    private const int FirstMegabytes = 6;
    private const int MoreMegabytes = 6;
    private const int PlentyMegabytes = 512;
    private const long FullBelow = 128 * 1024;
    private static readonly TimeSpan FillWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StayFull = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan GoOnWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CalmWithin = TimeSpan.FromSeconds(200);

    private readonly Findings _findings = new();
    private TimeSpan _slowest;
    private int _stood;

    public async Task<int> RunAsync()
    {
        using SmallDisk? disk = SmallDisk.TryMount(Path.Combine(directory, "disk"), FirstMegabytes, out string reason);
        if (disk is null)
        {
            Console.WriteLine($"disk full: SKIP: {reason}");
            return 0;
        }
        WorkerFiles files = new(Path.Combine(disk.Path, "hub"), directory);
        Judge judge = new(files.Journals, new FileEvidence(files, Path.Combine(directory, "copy")), _findings);
        int megabytes = FirstMegabytes;
        for (int round = 0; round < rounds; round++)
            megabytes = await FillAsync(disk, files, judge, round, megabytes);
        if (_stood == 0)
            _findings.Add("never full", "requests were answered all the time");
        disk.Grow(PlentyMegabytes);
        await CalmAsync(files);
        judge.Look(atRest: true, whole: true);
        Console.WriteLine(
            $"disk full: {(_findings.Count == 0 ? "PASS" : "FAIL")}: {rounds} times full ({_stood} stood still), "
            + $"{judge.Client.Acknowledgements} acknowledged "
            + $"requests, {judge.Instances} instances, went on at most {_slowest.TotalSeconds:0.0} s after there was "
            + "space, "
            + $"{_findings.Count} violations, seed {seed}");
        return _findings.Count == 0 ? 0 : 1;
    }

    private async Task<int> FillAsync(SmallDisk disk, WorkerFiles files, Judge judge, int round, int megabytes)
    {
        using WorkerProcess worker = WorkerProcess.Start(files, Load.Everyday, round, seed, calm: false);
        bool full = await UntilAsync(() => disk.Free < FullBelow, FillWithin);
        if (!full)
            _findings.Add("never full", $"round {round}, {disk.Free} bytes free");
        await Task.Delay(StayFull);
        long still = new FileInfo(files.Client).Length;
        await Task.Delay(StayFull);
        if (new FileInfo(files.Client).Length == still)
            _stood++;
        if (worker.HasEnded)
            _findings.Add("the process ended", $"round {round}: {string.Join(" | ", worker.Lines.Take(5))}");
        if (round % 2 == 1)
            await worker.KillAsync();
        disk.Grow(megabytes += MoreMegabytes);
        if (round % 2 == 0)
        {
            Stopwatch watch = Stopwatch.StartNew();
            long before = new FileInfo(files.Client).Length;
            if (!await UntilAsync(() => new FileInfo(files.Client).Length > before + 2000, GoOnWithin))
                _findings.Add("does not go on", $"round {round}: {string.Join(" | ", worker.Lines.TakeLast(5))}");
            _slowest = watch.Elapsed > _slowest ? watch.Elapsed : _slowest;
            await worker.KillAsync();
        }
        judge.Look(atRest: false, whole: true);
        Console.WriteLine(
            $"full {round + 1}: {judge.Open} open of {judge.Instances}, {judge.Client.Acknowledgements} acknowledged, "
            + $"{_findings.Count} violations");
        return megabytes;
    }

    private async Task CalmAsync(WorkerFiles files)
    {
        using WorkerProcess worker = WorkerProcess.Start(files, Load.Everyday, rounds, seed, calm: true);
        if (!await worker.SaysAsync("calm", CalmWithin))
            _findings.Add("no calm", string.Join(" | ", worker.Lines.TakeLast(5)));
    }

    private static async Task<bool> UntilAsync(Func<bool> holds, TimeSpan within)
    {
        for (Stopwatch watch = Stopwatch.StartNew(); watch.Elapsed < within; await Task.Delay(50))
        {
            if (holds())
                return true;
        }
        return false;
    }
}
