using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Bench;

/// <summary>
/// What the machine allows: the rows of <c>hello</c> through the bare store, and their bytes through a raw file, both
/// with 140 turns a batch and nothing else.
/// </summary>
internal static class LimitWorkload
{
    private const int TurnsPerBatch = 140;
    private const int TurnsPerHello = 4;

    public static async Task<Measurement> StoreAsync(BenchOptions options)
    {
        await using BareStore store = await BareStore.OpenAsync(options, $"limit{options.Place}");
        HelloRows rows = new(store.Hub);
        await Nodes.TogetherAsync(options);
        await RunAsync(store, rows, TurnsPerBatch, Workloads.WarmUpSeconds);
        await Nodes.TogetherAsync(options);
        Meter meter = new();
        List<double> measured = await RunAsync(store, rows, TurnsPerBatch, options.Seconds);
        return meter.Finish(
            "limit-store", options, 1, measured, (double)measured.Count * TurnsPerBatch / TurnsPerHello) with
        {
            Note = $"times: one commit of {TurnsPerBatch} turns",
        };
    }

    /// <summary>
    /// The median time of one commit of one turn, in milliseconds: what a single orchestration waits for four times.
    /// </summary>
    public static async Task<double> OneTurnCommitMsAsync(BenchOptions options)
    {
        await using BareStore store = await BareStore.OpenAsync(options, "commit");
        HelloRows rows = new(store.Hub);
        await RunAsync(store, rows, 1, Workloads.WarmUpSeconds);
        List<double> latencies = await RunAsync(store, rows, 1, 2);
        latencies.Sort();
        return Meter.At(latencies, 0.5);
    }

    private static async Task<List<double>> RunAsync(BareStore store, HelloRows rows, int turns, double seconds)
    {
        List<double> latencies = [];
        Stopwatch clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            long start = Stopwatch.GetTimestamp();
            await store.CommitAsync(rows.Next(turns));
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return latencies;
    }

    public static Task<Measurement> FileAsync(BenchOptions options)
    {
        string path = BenchHost.PathOf(options, "limit-file");
        BenchHost.Clean(options, path);
        byte[] bytes = new byte[TurnsPerBatch / TurnsPerHello * HelloRows.BytesPerHello];
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        Meter meter = new();
        List<double> latencies = [];
        for (long at = 0; meter.Seconds < options.Seconds; at += bytes.Length)
        {
            long start = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, bytes, at);
            RandomAccess.FlushToDisk(file);
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return Task.FromResult(
            meter.Finish(
                "limit-file", options, 1, latencies, (double)latencies.Count * TurnsPerBatch / TurnsPerHello) with
        {
            Note = $"times: one write and fsync of {bytes.Length:N0} bytes",
        });
    }

    /// <summary>
    /// The rows of hello as the engine writes them, many orchestrations side by side, each one turn a batch.
    /// </summary>
    private sealed class HelloRows(HubInfo hub)
    {
        private const long At = 1_790_000_000_000;

        private static readonly byte[][] Events =
        [
            """[{"type":"OrchestratorStarted","at":1790000000000},{"type":"ExecutionStarted","name":"HelloCities","execution":"75e9ac8f855540de92e84a084a3943a6"},{"type":"TaskScheduled","task":0,"name":"SayHello","input":"Tokyo"}]"""u8.ToArray(),
            """[{"type":"OrchestratorStarted","at":1790000000000},{"type":"TaskCompleted","task":0,"result":"Hello Tokyo!"},{"type":"TaskScheduled","task":1,"name":"SayHello","input":"Seattle"}]"""u8.ToArray(),
            """[{"type":"OrchestratorStarted","at":1790000000000},{"type":"TaskCompleted","task":1,"result":"Hello Seattle!"},{"type":"TaskScheduled","task":2,"name":"SayHello","input":"London"}]"""u8.ToArray(),
            """[{"type":"OrchestratorStarted","at":1790000000000},{"type":"TaskCompleted","task":2,"result":"Hello London!"},{"type":"ExecutionCompleted","status":"Completed","result":["Hello Tokyo!","Hello Seattle!","Hello London!"]}]"""u8.ToArray(),
        ];

        private readonly Queue<(InstanceRow Row, int Turn)> _open = new();
        private long _keys;

        public static int BytesPerHello =>
            Events.Sum(e => e.Length) + (2 * Encoding.UTF8.GetByteCount("HelloCities")) + 64;

        public TurnRows[] Next(int count)
        {
            TurnRows[] turns = new TurnRows[count];
            for (int i = 0; i < count; i++)
            {
                (InstanceRow row, int turn) = _open.Count >= count || (_open.Count > 0 && i >= count / TurnsPerHello)
                    ? _open.Dequeue()
                    : (NewRow(), 0);
                turns[i] = new TurnRows
                {
                    Partition = row.Partition,
                    InsertInstance = turn == 0 ? row : null,
                    UpdateInstance = turn == TurnsPerHello - 1
                        ? new InstanceUpdate(
                            row.Partition, row.Key) { Status = InstanceStatus.Completed, Owed = false, Ended = At }
                        : null,
                    History = new HistoryRow(row.Key, 0, turn, 0, At, Events[turn]),
                };
                if (turn < TurnsPerHello - 1)
                    _open.Enqueue((row, turn + 1));
            }
            return turns;
        }

        private InstanceRow NewRow() => new()
        {
            Partition = (int)(_keys % hub.Partitions),
            Key = (hub.Node << 32) + ++_keys,
            Id = Guid.CreateVersion7().ToString("N"),
            Name = "HelloCities",
            Status = InstanceStatus.Running,
            Owed = true,
            Created = At,
        };
    }
}
