using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace Perdure.Bench;

/// <summary>
/// One workload in several processes at the same time: <c>hello</c> as nodes of one hub, <c>limit-store</c> as bare
/// stores beside each other. Each has a client of its own, and the rates are added.
/// </summary>
internal static class Nodes
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    public static async Task<Measurement> RunAsync(string workload, BenchOptions options)
    {
        string path = BenchHost.PathOf(options, workload);
        if (workload == "hello")
            BenchHost.Clean(options, path);
        List<Process> nodes = [];
        try
        {
            for (int i = 0; i < options.Nodes; i++)
            {
                nodes.Add(Start(workload, options, i));
                await AfterAsync(nodes[i], line => line == Ready);
            }
            if (workload == "hello")
                await SharedAsync(options, BenchHost.SchemaOf(path));
            await GoAsync(nodes);
            foreach (Process node in nodes)
                await AfterAsync(node, line => line == Ready);
            await GoAsync(nodes);
            string[] rows = await Task.WhenAll(nodes.Select(n => AfterAsync(n, line => line.StartsWith('{'))));
            return Sum([.. rows.Select(r => JsonSerializer.Deserialize<Measurement>(r, s_json)!)]);
        }
        finally
        {
            foreach (Process node in nodes)
            {
                node.StandardInput.Close();
                await node.WaitForExitAsync();
                node.Dispose();
            }
        }
    }

    private const string Ready = "ready";

    /// <summary>
    /// Called in each of the processes, before it warms up and before it measures: all begin together.
    /// </summary>
    public static async Task TogetherAsync(BenchOptions options)
    {
        if (options.Place is null)
            return;
        Console.WriteLine(Ready);
        await Console.In.ReadLineAsync();
    }

    private static async Task GoAsync(List<Process> nodes)
    {
        foreach (Process node in nodes)
            await node.StandardInput.WriteLineAsync();
    }

    private static Process Start(string workload, BenchOptions options, int place)
    {
        string program = Environment.ProcessPath!;
        ProcessStartInfo start = new(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(typeof(Nodes).Assembly.Location);
        string[] arguments =
        [
            workload, "--json", "--store", options.Store, "--connection", options.Connection!,
            "--path", options.Folder, "--place", place.ToString(CultureInfo.InvariantCulture),
            "--outstanding", options.Outstanding.ToString(CultureInfo.InvariantCulture),
            "--seconds", options.Seconds.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static async Task<string> AfterAsync(Process node, Func<string, bool> isIt)
    {
        while (await node.StandardOutput.ReadLineAsync() is { } line)
        {
            if (isIt(line))
                return line;
            Console.Error.WriteLine(line);
        }
        throw new InvalidOperationException($"Process {node.Id} has ended too early.");
    }

    /// <summary>Until each node has its share of the partitions.</summary>
    private static async Task SharedAsync(BenchOptions options, string schema)
    {
        await using NpgsqlConnection connection = new(options.Connection);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(
            $"""
            select count(*) = {options.Nodes} and max(c) - min(c) <= 1
                and sum(c) = (select count(*) from {schema}.partitions)
            from (select count(*) c from {schema}.partitions where owner > 0 group by owner) shares
            """, connection);
        while (await command.ExecuteScalarAsync() is not true)
            await Task.Delay(100);
    }

    private static Measurement Sum(Measurement[] rows)
    {
        double all = rows.Sum(r => r.PerSecond);
        return rows[0] with
        {
            PerSecond = all,
            P50Ms = rows.Max(r => r.P50Ms),
            P99Ms = rows.Max(r => r.P99Ms),
            CpuSecondsPer1000 = rows.Sum(r => r.CpuSecondsPer1000 * r.PerSecond) / all,
            Note = $"{rows.Length} processes: {string.Join(" + ", rows.Select(r => $"{r.PerSecond:N0}"))}",
        };
    }
}
