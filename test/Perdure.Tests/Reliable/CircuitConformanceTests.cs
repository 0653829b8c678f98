using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Reliable;

/// <summary>What a circuit of all instances owes, on one host and on three.</summary>
public abstract class CircuitConformanceTests(bool isPostgreSql) : IAsyncLifetime
{
    private const string Settle = "fn:Settle", Pay = "fn:Pay";
    private const string LinkAddress = "circuits/restart?token=";

    private volatile bool _isAway = true;
    private Site _site = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await Site.CreateAsync(isPostgreSql);
        _site.Configure = o =>
            o.Circuits.Notify.BaseUrl = new Uri("http://perdure.example/runtime/webhooks/durabletask");
        _site.Journal.Do = _ => _isAway ? throw new InvalidOperationException("away") : Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task C1_100_failures_leave_it_closed_and_101_open_it_once_with_one_notification()
    {
        await _site.StartAsync();
        _site.Time.Stop();
        await SettleAsync(0, 100);
        await _site.UntilAsync(async () => (await _site.Circuits.GetAsync(Settle))!.Failures == 100);
        (await _site.Circuits.GetAsync(Settle))!.Status.ShouldBe(CircuitStatus.Closed);

        await SettleAsync(100, 50);
        (await _site.UntilAsync(Settle, CircuitStatus.Open)).Epoch.ShouldBe(1);
        await _site.UntilAsync(() => LinkCount == 1);
        await _site.UntilParkedAsync(Settle);
        (await _site.Circuits.GetAsync(Settle))!.Epoch.ShouldBe(1);
        LinkCount.ShouldBe(1);
    }

    [Fact]
    public async Task C2_Nothing_is_handed_out_behind_the_opening_and_what_fails_behind_it_moves_nothing()
    {
        await _site.StartAsync();
        TaskCompletionSource begun = new(), goesOn = new();
        _site.Journal.Do = async c =>
        {
            begun.TrySetResult();
            await goesOn.Task;
            if (_isAway)
                throw new InvalidOperationException("away");
        };
        await _site.AppendAsync("payments", 0, 3, "k");
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await _site.Circuits.OpenAsync(Pay, "ada");
        await _site.UntilParkedAsync(Pay);
        await _site.AppendAsync("payments", 3, 20);
        goesOn.SetResult();
        await _site.UntilAsync(() => _site.Hosts.All(
            h => RealHosts.NodeOf(h).Triggers is { Running: 0, Waiting: 0 }));
        _site.Journal.Begun.Count.ShouldBe(1, "only what had begun before");
        (await _site.PutAsideAsync()).ShouldBeEmpty();
        await _site.UntilAsync(async () => await _site.LagAsync("payments", "Pay") == 23);
        ConsumerGroup group = (await _site.StreamAdmin.ListGroupsAsync("payments")).Single();
        group.Checkpoints.ShouldAllBe(c => c.Failures == 0);

        _isAway = false;
        await _site.Circuits.ResumeAsync(Pay, "ada");
        _site.Time.Skip(TimeSpan.FromMinutes(2));
        await _site.UntilAsync(async () => await _site.LagAsync("payments", "Pay") == 0);
        _site.Journal.Done.Count.ShouldBe(23);
    }

    [Fact]
    public async Task C3_Killed_at_every_commit_each_event_is_processed_put_aside_or_pending()
    {
        int points = isPostgreSql ? 6 : 14;
        List<(string Id, bool IsBad, Task Sending)> sent = [];
        _site.Journal.Do = c => c.Text[0] == '-' ? throw new InvalidOperationException("bad") : Task.CompletedTask;
        await _site.StartAsync();
        for (int point = 1; point <= points; point++)
        {
            int left = point, before = sent.Count;
            bool isWritten = point % 2 == 0;
            (_, Life life) = await ReplaceAsync(
                behind => behind == isWritten && Interlocked.Decrement(ref left) == 0);
            for (int i = 0; i < 3; i++)
                SendTwo(sent, $"{point}.{i}", isBad: i == 1);
            await _site.UntilAsync(
                async () => life.IsDead || (sent.Skip(before).All(s => s.Sending.IsCompleted) && await IsIdleAsync()));
        }
        await ReplaceAsync(null);
        string[] aside = [];
        HashSet<string> done = [];
        await _site.UntilAsync(async () =>
        {
            aside = [.. (await _site.PutAsideAsync(null)).Select(d => d.EventId)];
            done = [.. _site.Journal.Done.Select(c => c.Id)];
            return await IsIdleAsync() && sent.TrueForAll(
                s => !s.Sending.IsCompletedSuccessfully || aside.Contains(s.Id) || done.Contains(s.Id));
        });

        // What was never acknowledged is there or not, and nothing is in two places.
        aside.ShouldBeUnique();
        aside.Intersect(done).ShouldBeEmpty();
        aside.ShouldBeSubsetOf(sent.Where(s => s.IsBad).Select(s => s.Id));
        sent.Count(s => !s.Sending.IsCompletedSuccessfully).ShouldBeLessThan(sent.Count, "some were acknowledged");
    }

    [Fact]
    public async Task C4_A_stale_link_and_a_forged_one_are_refused()
    {
        await _site.StartAsync();
        await _site.Circuits.OpenAsync(Settle, "ada");
        string first = await LinkAsync(1);
        await _site.Circuits.ResumeAsync(Settle, "ada");
        await _site.UntilAsync(Settle, CircuitStatus.Closed);
        await _site.Circuits.OpenAsync(Settle, "ada");
        string second = await LinkAsync(2);

        (await Should.ThrowAsync<InvalidOperationException>(() => _site.Circuits.FollowLinkAsync(first, "eve")))
            .Message.ShouldContain("it speaks of opening 1; the last one is 2");
        (await Should.ThrowAsync<ArgumentException>(() => _site.Circuits.FollowLinkAsync(second[..^2] + "AA", "eve")))
            .Message.ShouldContain("it is not one that this hub has made");
        (await _site.Circuits.GetAsync(Settle))!.Status.ShouldBe(CircuitStatus.Open);
        _isAway = false;
        await _site.Circuits.FollowLinkAsync(second, "ada");
        // The link tries it first: with what there is to run.
        await SettleAsync(0, 5);
        await _site.UntilAsync(Settle, CircuitStatus.Closed);
    }

    [Fact]
    public async Task C5_Resumed_after_hours_each_partition_is_in_order_and_none_is_missing()
    {
        await _site.StartAsync();
        _site.Time.Stop();
        await _site.AppendAsync("payments", 0, 400);
        await _site.UntilAsync(Pay, CircuitStatus.Open);
        _site.Time.Skip(TimeSpan.FromHours(7));
        await _site.AppendAsync("payments", 400, 100);
        _isAway = false;
        await _site.Circuits.ResumeAsync(Pay, "ada");
        _site.Time.Skip(TimeSpan.FromMinutes(2));
        await _site.UntilAsync(() => _site.Journal.Done.Count == 500);
        await _site.UntilAsync(async () => (await _site.PutAsideAsync()).Count == 0);
        foreach (IGrouping<string, int> log in _site.Journal.Done
            .GroupBy(c => Site.LogOf("payments", $"k{c.Text}"), c => int.Parse(c.Text)))
            log.ShouldBe(log.Order());
        _site.Journal.Done.Select(c => c.Id).Distinct().Count().ShouldBe(500);
    }

    [Fact]
    public async Task C6_A_probe_whose_host_dies_does_not_wedge_it()
    {
        await _site.StartAsync();
        _site.Time.Stop();
        await _site.AppendAsync("payments", 0, 130, "k");
        await _site.UntilAsync(Pay, CircuitStatus.Open);
        TaskCompletionSource probing = new(), never = new();
        _site.Journal.Do = _ => probing.TrySetResult() ? never.Task : Task.CompletedTask;
        await _site.Circuits.ProbeAsync(Pay, "ada");
        await probing.Task.WaitAsync(TimeSpan.FromSeconds(60));

        await _site.KillOwnerAsync(Site.LogOf("payments", "k"));
        (await _site.Circuits.GetAsync(Pay))!.Status.ShouldBe(CircuitStatus.HalfOpen);
        _site.Time.Skip(TimeSpan.FromSeconds(31));
        await _site.UntilAsync(Pay, CircuitStatus.Closed);
        _site.Time.Skip(TimeSpan.FromMinutes(2));
        await _site.UntilAsync(() => _site.Journal.Done.Count == 130);
    }

    [Fact]
    public async Task C7_Clocks_that_are_5_minutes_wrong_change_nothing()
    {
        _site.Time.Stop();
        TimeSpan[] errors = [TimeSpan.Zero, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(-5)];
        foreach (TimeSpan error in errors.Take(_site.Size))
        {
            _site.NextClockError = error;
            await _site.AddAsync();
        }
        await _site.StartAsync();
        await SettleAsync(0, 100);
        await _site.UntilAsync(async () => (await _site.Circuits.GetAsync(Settle))!.Failures == 100);
        // The next owner of the circuit may be one whose clock is minutes before the failures.
        _site.NextClockError = errors[2];
        await _site.KillOwnerAsync("@$circuit@fn:settle");
        await SettleAsync(100, 1);
        (await _site.UntilAsync(Settle, CircuitStatus.Open)).Epoch.ShouldBe(1);
        await _site.UntilAsync(() => LinkCount == 1);
        _isAway = false;
        await _site.Circuits.FollowLinkAsync(await LinkAsync(1), "ada");
        await _site.UntilAsync(Settle, CircuitStatus.Closed);
        _site.Time.Skip(TimeSpan.FromMinutes(12));
        await _site.UntilAsync(() => _site.Journal.Done.Count == 101);
    }

    private int LinkCount => _site.Log.All.Count(l => l.Text.Contains(LinkAddress, StringComparison.Ordinal));

    private async Task<string> LinkAsync(int opening)
    {
        await _site.UntilAsync(() => LinkCount >= opening);
        string line = _site.Log.All.Where(l => l.Text.Contains(LinkAddress, StringComparison.Ordinal))
            .ElementAt(opening - 1).Text;
        return line[(line.IndexOf(LinkAddress, StringComparison.Ordinal) + LinkAddress.Length)..];
    }

    private async Task SettleAsync(int first, int count)
    {
        for (int i = first; i < first + count; i++)
            await _site.Hosts[i % _site.Size].Services.GetRequiredService<IQueueClient>()
                .SendAsync("settlements", $"{i}");
    }

    /// <summary>One of the hosts dies, or is dead, and another takes its place.</summary>
    private async Task<(IHost Host, Life Life)> ReplaceAsync(Func<bool, bool>? dies)
    {
        await _site.KillAsync(_site.Hosts[^1]);
        return await _site.AddAsync(dies);
    }

    private void SendTwo(List<(string Id, bool IsBad, Task Sending)> sent, string name, bool isBad)
    {
        string text = (isBad ? "-" : "") + name;
        sent.Add(($"m{name}", isBad, _site.Queues.SendAsync(
            "settlements", text, new QueueSendOptions { MessageId = $"m{name}" })));
        sent.Add(($"e{name}", isBad, _site.Streams.AppendAsync(
            "payments", [new StreamEntry(text) { EventId = $"e{name}", PartitionKey = "k" }])));
    }

    private async Task<bool> IsIdleAsync() =>
        _site.QueuedIn("settlements") == 0 && await _site.LagAsync("payments", "Pay") == 0;
}

public sealed class SqliteCircuitConformanceTests() : CircuitConformanceTests(isPostgreSql: false);

public sealed class PostgreSqlCircuitConformanceTests() : CircuitConformanceTests(isPostgreSql: true);
