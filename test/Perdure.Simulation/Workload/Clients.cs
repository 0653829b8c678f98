using Perdure.Clients;
using Perdure.Simulation.Checking;
using Perdure.Simulation.Faults;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Workload;

/// <summary>What clients ask for, at random, and what they check when they are answered.</summary>
internal sealed partial class Clients(Simulation simulation, Dice dice)
{
    private readonly List<string> _ids = [];
    private int _tokens;

    /// <summary>Requests that nobody has answered yet, by the process they were put to.</summary>
    public Dictionary<int, SortedSet<string>> Unanswered { get; } = [];

    /// <summary>For what those wait who wait for an end.</summary>
    public Dictionary<string, string> WaitsFor { get; } = new(StringComparer.Ordinal);

    public void Act(SimulatedProcess process)
    {
        int kind = process.Runs ? dice.Below(160) : Clerical();
        if (kind >= 130)
        {
            simulation.World.Queue(process, () => _ = RunAsync(process, _ => OfEvents(process)));
            return;
        }
        string id = SomeId();
        Func<DurableClient, Task> act = kind switch
        {
            < 38 => StartAsync,
            < 62 => client => RaiseAsync(client, id, dice.Pick(Interpreter.EventNames), dice.Chance(0.01)),
            < 68 => client => CommandAsync(client, id, "suspend", (c, reason) => c.SuspendAsync(id, reason)),
            < 76 => client => CommandAsync(client, id, "resume", (c, reason) => c.ResumeAsync(id, reason)),
            < 79 => client => CommandAsync(client, id, "terminate", (c, reason) => c.TerminateAsync(id, reason)),
            < 82 => client => CommandAsync(
                client, id, TerminateAll, (c, reason) => c.TerminateAsync(id, reason, recursive: true)),
            < 86 => client => PurgeAsync(client, id),
            < 92 => client => RewindAsync(client, Ended(Core.Orchestrations.InstanceStatus.Failed) ?? id),
            < 94 => client => RewindToTurnAsync(client, Ended() ?? id),
            < 96 => client => WaitAsync(client, id),
            < 99 => client => StatusAsync(client, id),
            < 100 => ListAsync,
            < 103 => _ => OfTimers(process),
            < 104 => _ => OfCircuit(process),
            < 107 => _ => ReplayAsync(process),
            _ => OfEntities(),
        };
        Do(process, act);
    }

    /// <summary>What can be asked without having the functions: no starts, no signals.</summary>
    private int Clerical() => dice.Between(38, 99);

    public void Do(SimulatedProcess process, Func<DurableClient, Task> act) =>
        simulation.World.Queue(process, () => _ = RunAsync(process, act));

    public Task RaiseAsync(DurableClient client, string id, string name) => RaiseAsync(client, id, name, cursed: false);

    /// <summary>How the reasons of recursive terminates begin.</summary>
    public const string TerminateAll = "end-all";

    public Task ResumeAsync(DurableClient client, string id) =>
        CommandAsync(client, id, "resume", (c, reason) => c.ResumeAsync(id, reason));

    public Task TerminateAsync(DurableClient client, string id) =>
        CommandAsync(client, id, "terminate", (c, reason) => c.TerminateAsync(id, reason));

    private async Task RunAsync(SimulatedProcess process, Func<DurableClient, Task> act)
    {
        try
        {
            await act(process.Client!);
        }
        catch (SimulationEnded)
        {
        }
        catch (Exception e)
        {
            simulation.Violate($"A request ended in an error that it should not: {e}");
        }
    }

    private string SomeId() => _ids.Count == 0 || dice.Chance(0.03) ? $"i{dice.Below(8)}"
        : dice.Chance(0.5) ? _ids[Math.Max(0, _ids.Count - 1 - dice.Below(6))] : _ids[dice.Below(_ids.Count)];

    private string NewToken(string kind) => $"{kind}{++_tokens}";

    private async Task StartAsync(DurableClient client)
    {
        string nonce = NewToken("n");
        Errand errand = new()
        {
            Seed = dice.Next() >> 12,
            Nonce = dice.Chance(0.005) ? $"{nonce}{Curse.Word}" : nonce,
            Depth = dice.Below(3),
            Rounds = dice.Chance(0.25) ? dice.Between(1, 3) : 0,
            Strict = dice.Chance(0.3),
            Preserve = dice.Chance(0.7),
        };
        string? given = dice.Chance(0.4) ? $"i{dice.Below(8)}" : null;
        StartOptions options = new() { InstanceId = given };
        if (dice.Chance(0.1))
            options.StartAt = simulation.World.Current!.Time.GetUtcNow().AddMilliseconds(dice.Below(20_000));
        if (dice.Chance(0.1))
            options.Tags = new Dictionary<string, string> { ["of"] = nonce };
        long sent = simulation.Ledger.Now;
        string name = dice.Pick("Errand", "errand", "ObjectErrand");
        try
        {
            string id = await Answered(nonce, client.StartNewAsync(name, options, errand));
            _ids.Add(id);
            if (simulation.Ledger.ByNonce(errand.Nonce) is not { } life || life.Id != id)
                simulation.Violate($"The start of '{id}' ({nonce}) was acknowledged before it was committed.");
        }
        catch (OrchestrationAlreadyExistsException)
        {
            simulation.Counters.Add(Rare.DuplicateStart);
            if (!simulation.Ledger.LivesOf(given!).Any(l => l.WasLive(sent, simulation.Ledger.Now)))
                simulation.Violate($"The start of '{given}' ({nonce}) was refused because it exists, and it does not.");
            Failed(simulation.Ledger.ByNonce(errand.Nonce) is null, $"the start of '{given}' ({nonce})");
        }
        catch (OutcomeUnknownException)
        {
            // It is done, or will be, or be refused; nobody says.
            simulation.Counters.Add(Rare.OutcomeUnknown);
        }
        catch (Exception e) when (IsClear(e))
        {
            Failed(simulation.Ledger.ByNonce(errand.Nonce) is null, $"the start ({nonce})");
        }
        _ids.Add(given ?? _ids.LastOrDefault() ?? "i0");
    }

    private async Task RaiseAsync(DurableClient client, string id, string name, bool cursed)
    {
        string text = NewToken("e") + (cursed ? Curse.Word : "");
        await TellAsync(id, text, client.RaiseEventAsync(id, name, text));
    }

    private Task CommandAsync(DurableClient client, string id, string kind, Func<DurableClient, string, Task> command)
    {
        string reason = NewToken(kind);
        return TellAsync(id, reason, command(client, reason));
    }

    /// <summary>
    /// What was acknowledged must be in the store at this moment; what was refused must be refused for a reason and for
    /// ever.
    /// </summary>
    private async Task TellAsync(string id, string text, Task request)
    {
        Token token = simulation.Ledger.TokenOf(text);
        long sent = simulation.Ledger.Now;
        try
        {
            await Answered(text, request);
            bool moved = simulation.Ledger.LivesOf(id).Any(l => l.Moved >= sent);
            if (token.Place == TokenPlace.Nowhere && !moved)
                simulation.Violate($"{text} for '{id}' was acknowledged before it was committed.");
        }
        catch (ArgumentException)
        {
            Refused(token, text);
            if (!WasAbsent(id, sent))
                simulation.Violate($"{text} was refused because there is no '{id}', and there is.");
        }
        catch (OutcomeUnknownException)
        {
            // It is done, or will be, or be refused; nobody says.
            simulation.Counters.Add(Rare.OutcomeUnknown);
        }
        catch (InvalidOperationException e) when (e.Message.Contains("has ended", StringComparison.Ordinal))
        {
            Refused(token, text);
            if (!simulation.Ledger.LivesOf(id).Any(l => l.WasEnded(sent, simulation.Ledger.Now)))
                simulation.Violate($"{text} was refused because '{id}' has ended, and it has not.");
        }
        catch (Exception e) when (IsClear(e))
        {
            Refused(token, text);
        }
    }

    private async Task PurgeAsync(DurableClient client, string id)
    {
        long sent = simulation.Ledger.Now;
        try
        {
            PurgeHistoryResult result = await Answered(NewToken("purge"), client.PurgeInstanceHistoryAsync(id));
            if (result.InstancesDeleted > 0)
                simulation.Counters.Add(Rare.Purged);
            bool gone = simulation.Ledger.LivesOf(id).Any(l => l.Removed >= sent && l.Removed <= simulation.Ledger.Now);
            if (result.InstancesDeleted > 0 ? !gone : !WasAbsent(id, sent))
                simulation.Violate($"The purge of '{id}' says {result.InstancesDeleted}, which is not so.");
        }
        catch (Exception e) when (IsClear(e))
        {
        }
    }

    private async Task WaitAsync(DurableClient client, string id)
    {
        long sent = simulation.Ledger.Now;
        TimeSpan? within = dice.Chance(0.5) ? TimeSpan.FromMilliseconds(dice.Below(30_000)) : null;
        try
        {
            string token = NewToken("wait");
            WaitsFor.Add(token, id);
            DurableOrchestrationStatus status = await Answered(token, client.WaitForCompletionAsync(id, within));
            if (simulation.World.Current!.Node!.PartitionOf(id).IsElsewhere)
                simulation.Counters.Add(Rare.WaitedElsewhere);
            Life? ended = simulation.Ledger.LivesOf(id)
                .LastOrDefault(
                    l => l.Removed >= sent
                        && l.Ends.Contains((Core.Orchestrations.InstanceStatus)(int)status.RuntimeStatus));
            if (ended is null)
                simulation.Violate(
                    $"'{id}' was reported as {status.RuntimeStatus} to somebody who waited, and is not.");
        }
        catch (ArgumentException)
        {
            if (!WasAbsent(id, sent))
                simulation.Violate($"Waiting for '{id}' was refused because it does not exist, and it does.");
        }
        catch (Exception e) when (IsClear(e) || e is TimeoutException)
        {
        }
    }

    private async Task StatusAsync(DurableClient client, string id)
    {
        long sent = simulation.Ledger.Now;
        try
        {
            DurableOrchestrationStatus? status =
                await Answered(NewToken("status"), client.GetStatusAsync(id, showHistory: dice.Chance(0.3)));
            Life? life = simulation.Ledger.ById(id);
            if (status is null
                ? !WasAbsent(id, sent)
                : life is { } l && l.Touched < sent
                && l.Held is not (Core.Orchestrations.Held.Suspended or Core.Orchestrations.Held.Parked)
                && (int)l.Status != (int)status.RuntimeStatus)
                simulation.Violate($"The status of '{id}' is {status?.RuntimeStatus}, which it was not.");
        }
        catch (Exception e) when (IsClear(e))
        {
        }
    }

    private async Task ListAsync(DurableClient client)
    {
        try
        {
            await Answered(
                NewToken("list"), client.ListInstancesAsync(new OrchestrationStatusQueryCondition { PageSize = 5 }));
        }
        catch (Exception e) when (IsClear(e))
        {
        }
    }

    private bool WasAbsent(string id, long sent)
    {
        // Gone, or not there yet, at some moment between question and answer.
        long now = simulation.Ledger.Now;
        long at = sent;
        foreach (Life life in simulation.Ledger.LivesOf(id))
        {
            if (life.Created > at)
                return true;
            if (life.Removed > now)
                return life.Created > at;
            at = Math.Max(at, life.Removed);
        }
        return true;
    }

    private void Failed(bool isSo, string what)
    {
        if (!isSo)
            simulation.Violate($"The client was told that {what} failed, and it was done.");
    }

    private void Refused(Token token, string text)
    {
        token.WasRefused = true;
        Failed(token.Place is TokenPlace.Nowhere or TokenPlace.Dropped, text);
    }

    /// <summary>
    /// An error that says what is the matter: the host stops, the store cannot, the state does not allow it.
    /// </summary>
    private static bool IsClear(Exception e) => e is InvalidOperationException or Core.Stores.StoreException;

    private async Task<T> Answered<T>(string what, Task<T> request)
    {
        SortedSet<string> open = Open();
        open.Add(what);
        simulation.Counters.Requests++;
        try
        {
            return await request;
        }
        finally
        {
            open.Remove(what);
            simulation.Trace($"answered {what}: {request.Status} {request.Exception?.InnerException?.Message}");
        }
    }

    private async Task Answered(string what, Task request)
    {
        SortedSet<string> open = Open();
        open.Add(what);
        simulation.Counters.Requests++;
        try
        {
            await request;
        }
        finally
        {
            open.Remove(what);
            simulation.Trace($"answered {what}: {request.Status} {request.Exception?.InnerException?.Message}");
        }
    }

    private SortedSet<string> Open()
    {
        int process = simulation.World.Current!.Number;
        if (!Unanswered.TryGetValue(process, out SortedSet<string>? open))
            Unanswered.Add(process, open = new SortedSet<string>(StringComparer.Ordinal));
        return open;
    }
}
