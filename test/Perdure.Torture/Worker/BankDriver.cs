using Perdure.Torture.Journals;
using Perdure.Torture.Workload;

namespace Perdure.Torture.Worker;

/// <summary>
/// The clients of the bank: they start transfers, terminate some while they wait for locks or hold them, suspend some,
/// and signal accounts, locked or not.
/// </summary>
internal sealed class BankDriver(
    IDurableClient client, IClientJournal journal, BankPlan plan, Func<bool> isQuiet, int run, int seed) : IDriver
{
    private static readonly TimeSpan OpenWithin = TimeSpan.FromSeconds(60);

    private readonly Requester _ask = new(client, journal, plan.AnswerWithin, plan.Share);
    private readonly Lock _gate = new();
    private readonly List<string> _open = [];
    private readonly Queue<string> _ended = [];
    private int _lastId;
    private int _endedHere;

    public TaskCompletionSource Loaded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task GoOnAsync(ClientRecord past)
    {
        _ask.Remember(past);
        string opening = $"{Kinds.Opening}-0-0";
        // Whoever asked before may have died before the answer; a second opening would make money.
        while (await plan.Share.PatientlyAsync(() => client.GetStatusAsync(opening), CancellationToken.None) is null)
        {
            if (plan.Share.Slot == 0)
                await _ask.StartAsync(opening, null, null);
            else
                await Driver.PauseAsync(50, CancellationToken.None);
        }
        await plan.Share.PatientlyAsync(
            () => client.WaitForCompletionAsync(opening, OpenWithin), CancellationToken.None);
        foreach (DurableOrchestrationStatus open in await ReadOpenAsync())
        {
            if (!plan.Share.IsMine(open.InstanceId))
                continue;
            // Whoever would have let it go on is dead, and it may hold locks.
            if (open.RuntimeStatus == OrchestrationRuntimeStatus.Suspended)
                await _ask.ResumeAsync(open.InstanceId);
            Opened(open.InstanceId, CancellationToken.None);
        }
    }

    public Task RunAsync(CancellationToken stop)
    {
        Func<Random, CancellationToken, Task>[] clients =
            [.. Enumerable.Repeat(StartLoopAsync, plan.Starters), TipLoopAsync, TipLoopAsync, SuspendLoopAsync,
                TerminateLoopAsync, PurgeLoopAsync];
        return Task.WhenAll(clients.Select((c, i) => c(new Random(HashCode.Combine(seed, run, i)), stop)));
    }

    public async Task<IReadOnlyList<string>> CalmAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        DateTime deadline = DateTime.UtcNow + within;
        IReadOnlyList<DurableOrchestrationStatus> open;
        while ((open = await ReadOpenAsync()).Count > 0 && DateTime.UtcNow < deadline)
        {
            foreach (DurableOrchestrationStatus status in open)
            {
                if (status.RuntimeStatus == OrchestrationRuntimeStatus.Suspended)
                    await _ask.ResumeAsync(status.InstanceId);
                else if (status.Name == Kinds.Hoarder)
                    await _ask.TerminateAsync(status.InstanceId);
            }
            await Driver.PauseAsync(200, cancellationToken);
        }
        // Nobody gets all locks unless everybody lets go of theirs.
        string audit = $"{Kinds.Audit}-{run}-0";
        await _ask.StartAsync(audit, null, null);
        while ((open = await ReadOpenAsync()).Count > 0 && DateTime.UtcNow < deadline)
            await Driver.PauseAsync(50, cancellationToken);
        while (!isQuiet() && DateTime.UtcNow < deadline)
            await Driver.PauseAsync(50, cancellationToken);
        return [.. open.Select(s => $"{s.InstanceId} ({s.RuntimeStatus})")];
    }

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
        return [.. page.DurableOrchestrationState.Where(s => Kinds.IsOfBank(s.Name))];
    }

    private async Task StartLoopAsync(Random random, CancellationToken stop)
    {
        while (await Driver.PauseAsync(random.Next(10), stop))
        {
            if (OpenCount >= plan.OpenTarget)
            {
                if (Volatile.Read(ref _endedHere) >= plan.EndedBeforeLoaded)
                    Loaded.TrySetResult();
                continue;
            }
            string kind = random.Next(16) switch
            {
                0 => Kinds.Hoarder,
                1 => Kinds.Careless,
                2 or 3 => Kinds.Standing,
                _ => Kinds.Transfer,
            };
            string id = $"{kind}-{run}-{Interlocked.Increment(ref _lastId)}";
            if (await _ask.StartAsync(id, NextOrder(random), null) == Answer.Acknowledged)
                Opened(id, stop);
        }
    }

    private static TransferOrder NextOrder(Random random)
    {
        int from = random.Next(Bank.Accounts);
        int to = (from + 1 + random.Next(Bank.Accounts - 1)) % Bank.Accounts;
        int milliseconds = random.Next(3) == 0 ? random.Next(40) : 0;
        return new TransferOrder(from, to, 1 + random.Next((int)Bank.FirstCents), milliseconds, random.Next(4));
    }

    private int OpenCount
    {
        get
        {
            lock (_gate)
                return _open.Count;
        }
    }

    private void Opened(string id, CancellationToken stop)
    {
        lock (_gate)
        {
            if (_open.Contains(id))
                return;
            _open.Add(id);
        }
        _ = WatchAsync(id, stop);
    }

    private async Task WatchAsync(string id, CancellationToken stop)
    {
        try
        {
            while (!await EndsAsync(id, stop))
            {
                // Hoarders and whoever waits for them take their time.
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ArgumentException)
        {
            // Purged, or the worker ends.
        }
        lock (_gate)
        {
            _open.Remove(id);
            _ended.Enqueue(id);
            _endedHere++;
        }
    }

    private async Task<bool> EndsAsync(string id, CancellationToken stop)
    {
        try
        {
            await client.WaitForCompletionAsync(id, TimeSpan.FromSeconds(10), stop);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (Exception e) when (plan.Share.IsTrouble(e))
        {
            await Task.Delay(100, stop);
            return false;
        }
    }

    private async Task TipLoopAsync(Random random, CancellationToken stop)
    {
        while (await Driver.PauseAsync(random.Next(30), stop))
            await _ask.SignalAsync(Bank.IdOf(random.Next(Bank.Accounts)), nameof(IAccount.Tip));
    }

    private async Task SuspendLoopAsync(Random random, CancellationToken stop)
    {
        while (await Driver.PauseAsync(random.Next(80), stop))
        {
            if (Pick(random, _ => true, keep: 0) is not { } id)
                continue;
            await _ask.SuspendAsync(id);
            await Driver.PauseAsync(random.Next(60), stop);
            await _ask.ResumeAsync(id);
        }
    }

    private async Task TerminateLoopAsync(Random random, CancellationToken stop)
    {
        while (await Driver.PauseAsync(random.Next(40), stop))
        {
            string? id = Pick(random, i => Kinds.Of(i) == Kinds.Hoarder, plan.HoarderTarget);
            if (id is null && random.Next(5) == 0)
                id = Pick(random, _ => true, keep: 0);
            if (id is not null)
                await _ask.TerminateAsync(id);
        }
    }

    private async Task PurgeLoopAsync(Random random, CancellationToken stop)
    {
        while (await Driver.PauseAsync(random.Next(40), stop))
        {
            string? id = null;
            lock (_gate)
            {
                if (_ended.Count > plan.EndedTarget)
                    id = _ended.Dequeue();
            }
            if (id is not null)
                await _ask.PurgeAsync(id);
        }
    }

    private string? Pick(Random random, Func<string, bool> fits, int keep)
    {
        lock (_gate)
        {
            string[] some = [.. _open.Where(fits)];
            return some.Length > keep ? some[random.Next(some.Length)] : null;
        }
    }
}
