using Perdure.Torture.Journals;
using Perdure.Torture.Workload;

namespace Perdure.Torture.Worker;

/// <summary>
/// The clients of a worker. They start, feed, suspend, terminate and purge; in the calm at the end they only bring to
/// an end what is there.
/// </summary>
internal sealed class Driver(IDurableClient client, IClientJournal journal, DriverPlan plan, int run, int seed)
    : IDriver
{
    private readonly Requester _ask = new(client, journal, plan.AnswerWithin, plan.Share);
    private readonly Lock _gate = new();
    private readonly List<string> _waiting = [];
    private readonly List<string> _doomed = [];
    private readonly HashSet<string> _known = [];
    private int _lastNumber;
    private int _lastId;

    public TaskCompletionSource Loaded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task GoOnAsync(ClientRecord past)
    {
        _ask.Remember(past);
        IReadOnlyList<DurableOrchestrationStatus> all = await ReadOpenAsync();
        lock (_gate)
        {
            _waiting.Clear();
            _doomed.Clear();
            foreach (DurableOrchestrationStatus open in all.Where(s => plan.Share.IsMine(s.InstanceId)))
            {
                _known.Add(open.InstanceId);
                if (Kinds.TakesEvents(open.Name))
                    _waiting.Add(open.InstanceId);
                else if (open.Name == Kinds.Doomed)
                    _doomed.Add(open.InstanceId);
            }
        }
    }

    public Task RunAsync(CancellationToken stop)
    {
        Func<Random, CancellationToken, Task>[] clients =
            [.. Enumerable.Repeat(StartLoopAsync, plan.Starters), FeedLoopAsync, FeedLoopAsync, SuspendLoopAsync,
                TerminateLoopAsync];
        return Task.WhenAll(clients.Select((c, i) => c(new Random(HashCode.Combine(seed, run, i)), stop)));
    }

    public async Task<IReadOnlyList<string>> CalmAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] helpers = [.. Enumerable.Range(0, 4).Select(i => FinishLoopAsync(new Random(i), end.Token))];
        DateTime deadline = DateTime.UtcNow + within;
        IReadOnlyList<DurableOrchestrationStatus> open;
        while ((open = await ReadOpenAsync()).Count > 0 && DateTime.UtcNow < deadline)
        {
            // A start whose client died before it was answered may have come after the successor had looked around.
            foreach (DurableOrchestrationStatus status in open.Where(s => IsUnknown(s.InstanceId)))
                Opened(status.InstanceId, status.Name);
            await Task.Delay(200, CancellationToken.None);
        }
        await end.CancelAsync();
        await Task.WhenAll(helpers);
        return [.. open.Select(Text)];
    }

    private bool IsUnknown(string id)
    {
        lock (_gate)
            return plan.Share.IsMine(id) && !_known.Contains(id);
    }

    private static string Text(DurableOrchestrationStatus status) => $"{status.InstanceId} ({status.RuntimeStatus})";

    public async Task<IReadOnlyList<string>> OpenAsync() =>
        [.. (await ReadOpenAsync()).Select(Text)];

    private async Task<IReadOnlyList<DurableOrchestrationStatus>> ReadOpenAsync()
    {
        OrchestrationStatusQueryCondition condition = new()
        {
            RuntimeStatus =
            [
                OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending,
                    OrchestrationRuntimeStatus.Suspended,
            ],
            PageSize = 1000,
        };
        OrchestrationStatusQueryResult page = await plan.Share.PatientlyAsync(
            () => client.ListInstancesAsync(condition), CancellationToken.None);
        return page.DurableOrchestrationState;
    }

    private async Task StartLoopAsync(Random random, CancellationToken stop)
    {
        List<string> ended = [];
        while (!stop.IsCancellationRequested)
        {
            string kind = NextKind(random);
            string id = $"{kind}-{run}-{Interlocked.Increment(ref _lastId)}";
            object? input = kind switch
            {
                Kinds.Ledger => new LedgerPage([], 2),
                Kinds.Counter => 0,
                _ => random.Next(1000),
            };
            DateTimeOffset? startAt = kind == Kinds.Sequence && random.Next(4) == 0
                ? DateTimeOffset.UtcNow.AddMilliseconds(random.Next(1500))
                : null;
            if (await _ask.StartAsync(id, input, startAt) == Answer.Acknowledged)
                Opened(id, kind);
            if (Kinds.Free.Contains(kind) && random.Next(2) == 0)
                await EndedAsync(id, ended, random, stop);
            if (!await PauseAsync(random.Next(plan.StartPauseMaxMilliseconds), stop))
                return;
        }
    }

    private string NextKind(Random random)
    {
        int waiting, doomed;
        lock (_gate)
            (waiting, doomed) = (_waiting.Count, _doomed.Count);
        if (waiting < plan.WaitingTarget)
            return random.Next(2) == 0 ? Kinds.Gather : Kinds.Ledger;
        if (doomed < plan.DoomedTarget && random.Next(2) == 0)
            return Kinds.Doomed;
        return Kinds.Free[random.Next(Kinds.Free.Length)];
    }

    private void Opened(string id, string kind)
    {
        lock (_gate)
        {
            _known.Add(id);
            if (Kinds.TakesEvents(kind))
                _waiting.Add(id);
            else if (kind == Kinds.Doomed)
                _doomed.Add(id);
            if (_waiting.Count >= plan.WaitingTarget)
                Loaded.TrySetResult();
        }
    }

    /// <summary>Waits for the end of an instance, and now and then purges one that has ended.</summary>
    private async Task EndedAsync(string id, List<string> ended, Random random, CancellationToken stop)
    {
        try
        {
            await client.WaitForCompletionAsync(id, TimeSpan.FromSeconds(1), stop);
        }
        catch (Exception e) when (
            e is TimeoutException or OperationCanceledException or ArgumentException || plan.Share.IsTrouble(e))
        {
            return;
        }
        ended.Add(id);
        if (ended.Count > 5 && random.Next(3) == 0)
        {
            await _ask.PurgeAsync(ended[0]);
            ended.RemoveAt(0);
        }
    }

    private async Task FeedLoopAsync(Random random, CancellationToken stop)
    {
        while (await PauseAsync(random.Next(2 * plan.FeedPauseMilliseconds), stop))
        {
            if (Take(_waiting, random, plan.WaitingTarget) is { } id)
                await FeedAsync(id);
        }
    }

    /// <summary>One event at a time for an instance: whoever took it puts it back.</summary>
    private async Task FeedAsync(string id)
    {
        string number = $"{run}.{Interlocked.Increment(ref _lastNumber)}";
        if (await _ask.RaiseAsync(id, number) is Answer.Refused or Answer.Unknown)
            return;
        lock (_gate)
            _waiting.Add(id);
    }

    private async Task SuspendLoopAsync(Random random, CancellationToken stop)
    {
        while (await PauseAsync(random.Next(60), stop))
        {
            if (Take(_waiting, random, plan.WaitingTarget / 2) is not { } id)
                continue;
            await _ask.SuspendAsync(id);
            await FeedAsync(id);
            await PauseAsync(random.Next(100), stop);
            await _ask.ResumeAsync(id);
        }
    }

    private async Task TerminateLoopAsync(Random random, CancellationToken stop)
    {
        while (await PauseAsync(random.Next(60), stop))
        {
            if (Take(_doomed, random, plan.DoomedTarget - 5) is { } id)
                await _ask.TerminateAsync(id);
        }
    }

    private async Task FinishLoopAsync(Random random, CancellationToken stop)
    {
        while (await PauseAsync(1, stop))
        {
            if (Take(_doomed, random, 0) is { } doomed
                && await _ask.TerminateAsync(doomed) is Answer.None or Answer.Trouble)
            {
                lock (_gate)
                    _doomed.Add(doomed);
            }
            if (Take(_waiting, random, 0) is { } id)
            {
                await _ask.ResumeAsync(id);
                await FeedAsync(id);
            }
        }
    }

    private string? Take(List<string> from, Random random, int keep)
    {
        lock (_gate)
        {
            if (from.Count <= keep)
                return null;
            int i = random.Next(from.Count);
            string id = from[i];
            from[i] = from[^1];
            from.RemoveAt(from.Count - 1);
            return id;
        }
    }

    /// <summary>False when it was told to stop.</summary>
    public static async Task<bool> PauseAsync(int milliseconds, CancellationToken stop)
    {
        try
        {
            await Task.Delay(milliseconds, stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
