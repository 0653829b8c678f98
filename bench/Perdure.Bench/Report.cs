using System.Text.Json;

namespace Perdure.Bench;

/// <summary>Prints what was measured, as a table or as one JSON object a line.</summary>
internal sealed class Report(bool json)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
    private readonly List<Measurement> _rows = [];

    public void Add(Measurement row)
    {
        _rows.Add(row);
        if (!json)
            Console.Error.WriteLine($"{row.Workload}: {row.PerSecond:N0}/s");
    }

    public void Print()
    {
        double? limit = _rows.FirstOrDefault(r => r.Workload == "limit-store")?.PerSecond;
        foreach (Measurement row
            in _rows.Where(r => r.Workload is "hello" or "latency" or "limit-file" or "limit-store"))
            row.RatioToLimit = limit is > 0 ? Math.Round(row.PerSecond / limit.Value, 3) : null;
        if (json)
        {
            foreach (Measurement row in _rows)
                Console.WriteLine(JsonSerializer.Serialize(row, Options));
            return;
        }
        Console.WriteLine(
            $"{"workload",-14}{"store",-8}{"out",6}{"per second",12}{"p50 ms",10}{"p99 ms",10}"
            + $"{"CPU s/1000",12}{"peak MB",9}{"ratio",8}  note");
        foreach (Measurement r in _rows)
        {
            Console.Write(
                $"{r.Workload,-14}{r.Store,-8}{r.Outstanding,6}{r.PerSecond,12:N0}{r.P50Ms,10:N2}{r.P99Ms,10:N2}");
            Console.WriteLine($"{r.CpuSecondsPer1000,12:N3}{r.PeakMemoryMb,9:N0}{r.RatioToLimit,8:N2}  {r.Note}");
        }
    }
}
