using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

/// <summary>The sample from its beginning to its end, in plain lines, one each second.</summary>
public sealed class Show(TextWriter output, CancellationToken cancellationToken)
{
    private const int Nodes = 3;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_line = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly (string What, string Sql)[] s_counts =
    [
        ("orders in the table", "select count(*) from perdure.instances"),
        ("ends in the histories",
            "select count(*) from perdure.history_events where event_type = 'ExecutionCompleted'"),
        ("histories with one end and three results of steps",
            """
            select count(*) from (
                select 1 from perdure.history_events group by instance_id
                having count(*) filter (where event_type = 'ExecutionCompleted') = 1
                    and count(*) filter (where event_type = 'TaskCompleted') = 3) one
            """),
        ("counted by the entities, which got a signal from each", Watch.Counted),
    ];

    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly List<(NodeProcess Process, long Number)> _nodes = [];
    private readonly List<long> _numbers = [];
    private readonly ConcurrentBag<string> _orders = [];
    private Watch _watch = null!;
    private TimeSpan _lineAt;
    private long _completedThen;

    public async Task<int> RunAsync()
    {
        using Server server = Server.Start();
        Say($"PostgreSQL runs: {server.ConnectionString}");
        await using Watch watch = _watch = new Watch(server.ConnectionString);
        try
        {
            for (int i = 0; i < Nodes; i++)
                await StartNodeAsync(server.ConnectionString);
            await UntilFairAsync();
            Say("Three nodes share the partitions. Each takes orders, for any of them.");
            _nodes.ForEach(n => n.Process.BeginOrders());
            await ForAsync(TimeSpan.FromSeconds(5));
            await KillAsync();
            await ForAsync(TimeSpan.FromSeconds(2));
            await StartNodeAsync(server.ConnectionString);
            _nodes[^1].Process.BeginOrders();
            TimeSpan back = await UntilFairAsync();
            Say($"The shares are fair again, {Seconds(back)} after the node came back.");
            await ForAsync(TimeSpan.FromSeconds(3));
            await Task.WhenAll(_nodes.Select(n => n.Process.StopOrdersAsync(s_patience)));
            bool isProved = await ProveAsync();
            await Task.WhenAll(_nodes.Select(n => n.Process.LeaveAsync()));
            return isProved ? 0 : 1;
        }
        finally
        {
            _nodes.ForEach(n => n.Process.Dispose());
        }
    }

    private async Task StartNodeAsync(string connectionString)
    {
        HashSet<long> before = [.. (await _watch.LookAsync()).Runners];
        NodeProcess process = NodeProcess.Start(connectionString, _orders);
        // Whatever happens meanwhile, it is ended with the others.
        _nodes.Add((process, 0));
        Sight sight = await UntilAsync("the node is there", s => s.Runners.Any(n => !before.Contains(n)));
        long number = sight.Runners.First(n => !before.Contains(n));
        _nodes[^1] = (process, number);
        _numbers.Add(number);
        Say($"Node {number} is process {process.Id}.");
        Head();
    }

    private async Task KillAsync()
    {
        (NodeProcess process, long number) = _nodes[1];
        int owned = (await _watch.LookAsync()).Of(number);
        process.Kill();
        process.Dispose();
        _nodes.RemoveAt(1);
        Say($"Node {number} was killed with {owned} partitions. Its lease (15 s) has to run out.");
        long killed = Stopwatch.GetTimestamp();
        long[] alive = [.. _nodes.Select(n => n.Number)];
        await UntilAsync("the others have taken over", s => alive.Sum(s.Of) == s.Partitions);
        Say($"The others own everything, {Seconds(Stopwatch.GetElapsedTime(killed))} after the kill.");
    }

    private async Task<TimeSpan> UntilFairAsync()
    {
        long began = Stopwatch.GetTimestamp();
        long[] alive = [.. _nodes.Select(n => n.Number)];
        await UntilAsync("the shares are fair", s => s.IsFair(alive));
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Counts that SQL makes, of tables and histories, with no help of the engine.</summary>
    private async Task<bool> ProveAsync()
    {
        string[] acknowledged = [.. _orders];
        Say($"No more orders: {acknowledged.Length} were acknowledged.");
        Sight end = await UntilAsync(
            "every order is done and counted",
            s => s.Open == 0 && s.Counted >= s.Completed && s.Completed >= acknowledged.Length);
        long done = await _watch.DoneAsync(acknowledged);
        Say($"{done,8} of the acknowledged ones are completed");
        bool isProved = done == acknowledged.Length;
        // An order may be there although the node that took it died before it could say so.
        Say($"{end.Completed - done,8} more, whose acknowledgement died with the node that was killed");
        foreach ((string what, string sql) in s_counts)
        {
            long count = await _watch.NumberAsync(sql);
            isProved &= count == end.Completed;
            Say($"{count,8} {what}{(count == end.Completed ? "" : $", NOT {end.Completed}")}");
        }
        Say(isProved
            ? $"Proved: all {end.Completed} orders were done exactly once, although a node was killed in the middle."
            : "NOT proved.");
        return isProved;
    }

    private async Task ForAsync(TimeSpan time)
    {
        TimeSpan end = _time.Elapsed + time;
        await UntilAsync("time has passed", _ => _time.Elapsed >= end);
    }

    /// <summary>Looks until it is so, and writes a line of the table each second.</summary>
    private async Task<Sight> UntilAsync(string what, Func<Sight, bool> condition)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            Sight sight = await _watch.LookAsync();
            if (condition(sight))
                return sight;
            if (Stopwatch.GetElapsedTime(began) > s_patience)
                throw new InvalidOperationException($"Not within {Seconds(s_patience)}: {what}.");
            if (_time.Elapsed - _lineAt >= s_line && _numbers.Count > 0)
                Line(sight);
            await Task.Delay(s_look, cancellationToken);
        }
    }

    private void Head() => output.WriteLine(
        $"   time  {string.Concat(_numbers.Select(n => $"{$"node {n}",8}"))}  nobody  completed  per second");

    private void Line(Sight sight)
    {
        double rate = (sight.Completed - _completedThen) / (_time.Elapsed - _lineAt).TotalSeconds;
        (_lineAt, _completedThen) = (_time.Elapsed, sight.Completed);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Seconds(_time.Elapsed),7}  {string.Concat(_numbers.Select(n => $"{sight.Of(n),8}"))}{sight.Of(0),8}"
            + $"{sight.Completed,11}{rate,12:N0}"));
    }

    private void Say(string text) => output.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{Seconds(_time.Elapsed),7}  {text}"));

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");
}
