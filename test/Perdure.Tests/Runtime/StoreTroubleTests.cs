using System.Collections.Concurrent;
using Perdure.Core.Stores;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

/// <summary>Everything that a store can answer, and what nobody may notice of it.</summary>
public abstract class StoreTroubleTests(Setup setup) : HubTests(setup)
{
    private const int Instances = 30;

    private string[] Ids { get; } = [.. Enumerable.Range(0, Instances).Select(i => $"it-{i:00}")];

    [Theory]
    [InlineData("unavailable")]
    [InlineData("unknown, written")]
    [InlineData("unknown, not written")]
    [InlineData("unknown twice")]
    [InlineData("throws")]
    public async Task Trouble_that_passes_is_not_noticed(string trouble)
    {
        int commits = 0, lost = 0;
        bool Strikes() => Interlocked.Increment(ref commits) % 3 == 0;
        Hub.Store.Instead = batch => !Strikes() ? null : trouble switch
        {
            "unavailable" => new(CommitOutcome.Unavailable),
            "unknown, not written" => new(CommitOutcome.Unknown),
            "throws" => throw new InvalidOperationException("a bug in the store"),
            _ => null,
        };
        Hub.Store.Afterwards = (batch, result) => trouble is "unknown, written" or "unknown twice" && Strikes()
            ? new(CommitOutcome.Unknown)
            : result;
        Hub.Store.InsteadOfResolving = batch =>
            trouble == "unknown twice" && Interlocked.Increment(ref lost) % 2 == 1 ? new(CommitOutcome.Unknown) : null;
        await RunAllAsync();
        Hub.Log.All.ShouldContain(l => l.Event.Id == 10);
        Hub.Log.All.ShouldNotContain(l => l.Event.Id == 12);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_partition_that_is_lost_is_opened_again_and_loses_nothing(bool isFenced)
    {
        int commits = 0;
        Hub.Store.Instead = batch => Interlocked.Increment(ref commits) % 5 == 4 && commits < 20
            ? new(isFenced
                ? CommitOutcome.Fenced
                : CommitOutcome.Inconsistent) { Partitions = [batch.Fences[0].Partition] }
            : null;
        await RunAllAsync();
        Hub.Log.All.ShouldContain(l => l.Event.Id == 12);
    }

    [Fact]
    public async Task The_audit_does_not_bring_a_signal_that_is_on_its_way()
    {
        EntityId thing = new("Thing", "audited");
        Code.Main = c =>
        {
            c.SignalEntity(thing, "Add", "one");
            return Task.FromResult<object?>(null);
        };
        string id = await AuditDuringAsync(() => Hub.Client.StartNewAsync("Main", new StartOptions()));
        await Hub.EndAsync(id);
        await Hub.UntilAsync(async () =>
            (await Hub.Client.ReadEntityStateAsync<List<string>>(thing)).EntityState is ["one"]);
        ShouldHaveComeOnce();
    }

    [Fact]
    public async Task The_audit_does_not_bring_what_is_being_sent_to_a_queue()
    {
        int handled = 0;
        Code.Item = _ =>
        {
            Interlocked.Increment(ref handled);
            return Task.CompletedTask;
        };
        await AuditDuringAsync(() => Hub.Queues.SendAsync("items", "one"));
        await Hub.UntilAsync(() => handled == 1);
        await Hub.RunAsync();
        ShouldHaveComeOnce();
    }

    private void ShouldHaveComeOnce()
    {
        Hub.Log.All.Where(l => l.Event.Id == 17).Select(l => l.Text).ShouldBeEmpty("the audit found it");
        Hub.Log.All.Where(l => l.Event.Id == 12).Select(l => l.Text).ShouldBeEmpty("it came twice");
    }

    /// <summary>Audits while a commit is written that sends something, and this process has not heard of it.</summary>
    private async Task<string> AuditDuringAsync(Func<Task<string>> send)
    {
        TaskCompletionSource heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isHeld = false;
        Hub.Store.Before = batch =>
        {
            isHeld |= batch.Turns.Any(t => t.InsertMessages?.Any(m => m.Target[0] == '@') == true);
            return Task.CompletedTask;
        };
        Hub.Store.After = () => isHeld ? heard.Task : Task.CompletedTask;
        Task<string> sent = send();
        await Hub.UntilAsync(() => isHeld);
        for (int i = 0; i < 3; i++)
        {
            int sweeps = Hub.Store.Sweeps;
            await Hub.UntilAsync(() =>
            {
                Hub.Clock.Skip(TimeSpan.FromSeconds(61));
                return Hub.Store.Sweeps > sweeps;
            });
        }
        heard.SetResult();
        return await sent;
    }

    [Fact]
    public async Task An_instance_whose_data_are_refused_is_parked_and_its_neighbours_go_on()
    {
        Hub.ChecksReplay = false;
        string bad = Ids[7];
        ConcurrentBag<long> keys = [];
        bool refuses = true;
        Hub.Store.Instead = batch =>
        {
            foreach (TurnRows turn in batch.Turns)
            {
                if (turn.InsertInstance?.Id == bad)
                    keys.Add(turn.InsertInstance.Key);
            }
            bool offends = batch.Turns.Any(t => keys.Contains(t.History.Key)
                && System.Text.Encoding.UTF8.GetString(t.History.Events.Span)
                    .Contains("worked", StringComparison.Ordinal));
            return refuses && offends ? new(CommitOutcome.Refused) { Detail = "I do not like this" } : null;
        };
        Code.Work = c => Task.FromResult<object?>("worked");
        Code.Main = async c =>
        {
            try
            {
                return await c.CallActivityAsync<string>("Work");
            }
            catch (FunctionFailedException e)
            {
                return e.Failure.ErrorMessage;
            }
        };
        await Task.WhenAll(Ids.Select(id => Client.StartNewAsync("Main", id)));
        foreach (string id in Ids.Where(id => id != bad))
            (await Hub.OutputAsync<string>(id)).ShouldBe("worked");
        await Hub.UntilStatusAsync(bad, OrchestrationRuntimeStatus.Suspended);
        (await Hub.StatusAsync(bad)).Reason!.ShouldContain("I do not like this");
        refuses = false;
        await Client.ResumeAsync(bad, "the store is mended");
        (await Hub.OutputAsync<string>(bad))!.ShouldContain("refused");
    }

    [Fact]
    public async Task A_request_whose_data_are_refused_fails_and_the_instance_lives()
    {
        Hub.Store.Instead = RefusesPoison;
        Code.Main = async c => await c.WaitForExternalEvent<string>("e");
        (await Should.ThrowAsync<InvalidOperationException>(() => Client.StartNewAsync("Main", "bad", "poisoned")))
            .Message.ShouldContain("refused");
        (await Client.GetStatusAsync("bad")).ShouldBeNull();
        await Client.StartNewAsync("Main", "bad", "good");
        await Hub.UntilStatusAsync("bad", OrchestrationRuntimeStatus.Running);
        // What waits too long for a turn becomes a row by itself, which is refused without the instance.
        Hub.Clock.Stop();
        await Should.ThrowAsync<InvalidOperationException>(() => Client.RaiseEventAsync("bad", "e", "poisoned"));
        await Hub.UntilStatusAsync("bad", OrchestrationRuntimeStatus.Suspended);
        Hub.Clock.Go();
        await Client.ResumeAsync("bad", null);
        await Client.RaiseEventAsync("bad", "e", "fine");
        (await Hub.OutputAsync<string>("bad")).ShouldBe("fine");
    }

    /// <summary>A start that will be refused is on its way to the store until somebody lets it go on.</summary>
    private async Task<(Task<string> Poisoned, TaskCompletionSource Go)> StartPoisonedAsync(string id, bool isTaken)
    {
        if (isTaken)
        {
            await Client.StartNewAsync("Main", id);
            await Client.TerminateAsync(id, "makes room");
        }
        TaskCompletionSource inFlight = new(), go = new();
        Hub.Store.Before = batch =>
        {
            if (!IsPoisoned(batch))
                return Task.CompletedTask;
            inFlight.TrySetResult();
            return go.Task;
        };
        Hub.Store.Instead = RefusesPoison;
        Task<string> poisoned = Client.StartNewAsync("Main", id, "poisoned");
        await inFlight.Task;
        return (poisoned, go);
    }

    [Fact]
    public async Task A_start_that_is_refused_leaves_nothing_behind_for_the_next_one_of_its_id()
    {
        Code.Main = async c => await c.WaitForExternalEvent<string>("e");
        foreach (bool isTaken in new[] { false, true })
        {
            string id = $"bad-{isTaken}";
            (Task<string> poisoned, TaskCompletionSource go) = await StartPoisonedAsync(id, isTaken);
            Task<string> good = Client.StartNewAsync("Main", id, "good");
            go.SetResult();
            (await Should.ThrowAsync<InvalidOperationException>(() => poisoned)).Message.ShouldContain("refused");
            await good;
            await Client.RaiseEventAsync(id, "e", "fine");
            (await Hub.OutputAsync<string>(id)).ShouldBe("fine");
        }
    }

    [Fact]
    public async Task Who_waits_for_the_end_of_what_was_never_written_hears_what_is_there()
    {
        Code.Main = async c => await c.WaitForExternalEvent<string>("e");
        foreach (bool isTaken in new[] { false, true })
        {
            string id = $"bad-{isTaken}";
            (Task<string> poisoned, TaskCompletionSource go) = await StartPoisonedAsync(id, isTaken);
            Task<DurableOrchestrationStatus> end = Client.WaitForCompletionAsync(id, TimeSpan.FromDays(1));
            go.SetResult();
            await Should.ThrowAsync<InvalidOperationException>(() => poisoned);
            if (isTaken)
                (await end).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
            else
                (await Should.ThrowAsync<ArgumentException>(() => end)).Message.ShouldContain(id);
        }
    }

    [Fact]
    public async Task What_waits_beside_a_request_whose_data_are_refused_is_not_refused_with_it()
    {
        Hub.Store.Instead = RefusesPoison;
        TaskCompletionSource inFlight = new(), go = new();
        Hub.Store.Before = batch =>
        {
            if (!Holds(batch, "held back"))
                return Task.CompletedTask;
            inFlight.TrySetResult();
            return go.Task;
        };
        Code.Main = async c => new[]
        {
            await c.WaitForExternalEvent<string>("e"), await c.WaitForExternalEvent<string>("e"),
            await c.WaitForExternalEvent<string>("e"),
        };
        await Client.StartNewAsync("Main", "it");
        Task held = Client.RaiseEventAsync("it", "e", "held back");
        await inFlight.Task;
        Task before = Client.RaiseEventAsync("it", "e", "before");
        Task poisoned = Client.RaiseEventAsync("it", "e", "poisoned");
        Task after = Client.RaiseEventAsync("it", "e", "after");
        go.SetResult();
        await Task.WhenAll(held, before, after);
        (await Should.ThrowAsync<InvalidOperationException>(() => poisoned)).Message.ShouldContain("refused");
        await Hub.UntilAsync(async () =>
        {
            OrchestrationRuntimeStatus status = (await Hub.StatusAsync("it")).RuntimeStatus;
            if (status == OrchestrationRuntimeStatus.Suspended)
                await Client.ResumeAsync("it", null);
            return status == OrchestrationRuntimeStatus.Completed;
        });
        (await Hub.OutputAsync<string[]>("it")).ShouldBe(["held back", "before", "after"]);
    }

    [Fact]
    public async Task Reading_that_fails_is_an_error_to_who_asks_and_passes()
    {
        Code.Main = async c => await c.WaitForExternalEvent<int>("e");
        string id = await Client.StartNewAsync("Main");
        await Hub.RestartAsync();
        Hub.Store.ReadFailure = new StoreException("The disk is on strike.");
        (await Should.ThrowAsync<StoreException>(() => Client.GetStatusAsync(id))).Message.ShouldContain("on strike");
        await Should.ThrowAsync<StoreException>(() => Client.RaiseEventAsync(id, "e", 1));
        Hub.Store.ReadFailure = null;
        await Client.RaiseEventAsync(id, "e", 2);
        (await Hub.OutputAsync<int>(id)).ShouldBe(2);
    }

    /// <summary>In a turn, or in the row of a request that is recorded by itself because code runs.</summary>
    private static bool IsPoisoned(Batch batch) => Holds(batch, "poisoned");

    private static bool Holds(Batch batch, string text) => batch.Turns.Any(t =>
        IsIn(t.History.Events, text) || (t.InsertMessages?.Exists(m => IsIn(m.Body, text)) ?? false));

    private static bool IsIn(ReadOnlyMemory<byte> json, string text) =>
        System.Text.Encoding.UTF8.GetString(json.Span).Contains(text, StringComparison.Ordinal);

    private static CommitResult? RefusesPoison(Batch batch) =>
        IsPoisoned(batch) ? new(CommitOutcome.Refused) { Detail = "no poison" } : null;

    /// <summary>Many instances with activities, children, timers and events; each step must happen once.</summary>
    private async Task RunAllAsync()
    {
        Code.Work = c => Task.FromResult<object?>(c.GetInput<int>());
        Code.Child = async c => await c.CallActivityAsync<int>("Work", c.GetInput<int>());
        Code.Main = async c =>
        {
            int n = c.GetInput<int>();
            await c.CreateTimer(c.CurrentUtcDateTime.AddMilliseconds(1), CancellationToken.None);
            int child = await c.CallSubOrchestratorAsync<int>("Child", n);
            return child + await c.CallActivityAsync<int>("Work", n) + await c.WaitForExternalEvent<int>("e");
        };
        await Task.WhenAll(Ids.Select(async (id, i) =>
        {
            await Client.StartNewAsync("Main", id, i);
            await Client.RaiseEventAsync(id, "e", i);
        }));
        for (int i = 0; i < Ids.Length; i++)
        {
            (await Hub.OutputAsync<int>(Ids[i])).ShouldBe(3 * i);
            (await Hub.StatusAsync(Ids[i], true)).History!.Count(e => e.EventType == "EventRaised").ShouldBe(1);
        }
        await Hub.CrashAsync();
        foreach (string id in Ids)
            (await Hub.StatusAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
    }
}

public sealed class StoreTroubleOnMemory() : StoreTroubleTests(Setup.Memory);
public sealed class StoreTroubleOnMemoryCold() : StoreTroubleTests(Setup.MemoryCold);
public sealed class StoreTroubleOnSqlite() : StoreTroubleTests(Setup.Sqlite);
public sealed class StoreTroubleOnSqliteCold() : StoreTroubleTests(Setup.SqliteCold);
