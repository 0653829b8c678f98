using System.Text.Json;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;
using Perdure.Simulation.Workload;

namespace Perdure.Simulation.Checking;

/// <summary>
/// Turns of entities: what a turn consumes it has granted, deferred, run or failed, just once; its state and what it
/// sends follow from the operations in their order; while somebody holds the lock only his operations are run.
/// </summary>
internal sealed partial class Ledger
{
    private void TakeEntityTurn(TurnRows rows, string id, SimulatedProcess process)
    {
        Turns++;
        simulation.Counters.Turns++;
        simulation.Counters.EntityTurns++;
        EntityFacts facts = new(EntityOf(id), process);
        foreach (MessageKey key in rows.DeleteMessages ?? [])
            Consume(key, rows, facts);
        CheckCalledBefore(facts);
        foreach (TaskKey released in facts.TakingBack)
            facts.Entity.Requests.Values.Where(r => r.Task == released).ToList()
                .ForEach(r => Violate($"'{id}' was told that {r} wants its lock no more, and keeps the request."));
        foreach (TimerKey key in rows.DeleteTimers ?? [])
            Fire(key, facts);
        foreach (TimerRow timer in rows.InsertTimers ?? [])
            Defer(timer, facts);
        EntityRow? row = rows.DeleteEntity is null ? rows.UpsertEntity ?? facts.Entity.Row : null;
        IReadOnlyList<string>? log = LogOf(row);
        EntityBatchRun? run = RunIn(rows, log, facts);
        IReadOnlyList<string>? expected = facts.Entity.Log;
        foreach (OperationRun operation in run?.Operations ?? [])
            expected = Take(operation, expected, facts);
        foreach (Deed deed in facts.Consumed)
            Fail(deed, facts);
        if (!EntityBatchRun.IsSame(expected, log))
            Violate($"The state of '{id}' is {Show(log)}, and its operations make it {Show(expected)}.");
        CheckRow(rows, row, expected, facts);
        CheckSent(rows, facts);
        if (!EntityBatchRun.IsSame(log, facts.Entity.Log))
            facts.Entity.Versions.Add((Now, log));
        (facts.Entity.Row, facts.Entity.Log) = (row is null ? null : row with { State = row.State.Detach() }, log);
        simulation.Trace(
            $"  '{id}': {run?.Operations.Count ?? 0} operations, {facts.Consumed.Count} failed, "
            + $"{facts.Deferred} deferred, state {Show(log)}, holder {row?.Holder}");
    }

    private void Consume(MessageKey key, TurnRows rows, EntityFacts facts)
    {
        EntityRecord entity = facts.Entity;
        if (!_messages.Remove(key, out (MessageRow Row, Message Message, SimulatedProcess Process) entry))
        {
            Violate($"Message {key} was consumed by '{entity.Id}' and is not there.");
            return;
        }
        if (entry.Row.Target != entity.Id)
            Violate($"'{entity.Id}' consumed a message to '{entry.Row.Target}'.");
        CountTravelled(entry.Process, facts.Process);
        CheckToldOf(entity.Id, entry.Message, rows);
        switch (entry.Message)
        {
            case Message.Operation operation: facts.Consumed.Add(_deeds[TokenOf(operation)]); break;
            case Message.Release release:
                entity.Releases.Remove(key);
                facts.Releases.Add((key, release.Request));
                Release(release.Request, facts);
                break;
            case Message.LockRequest request:
                entity.Requests.Remove(key);
                Grant(request.Holder, facts);
                break;
        }
    }

    /// <summary>
    /// What an execution called in its section comes before its release, also when it was terminated.
    /// </summary>
    private void CheckCalledBefore(EntityFacts facts)
    {
        foreach ((MessageKey key, TaskKey request) in facts.Releases)
        {
            foreach ((MessageRow row, Message message, _) in _messages.Values)
            {
                if (row.Target == facts.Entity.Id && row.Key.Origin == key.Origin && row.Key.Number < key.Number
                    && message is Message.Operation { Caller: { } caller }
                    && caller.Task.Execution == request.Execution)
                    Violate($"'{row.Target}' let {request} go before its call {caller.Task}, sent earlier.");
            }
        }
    }

    private void Release(TaskKey request, EntityFacts facts)
    {
        bool ended = _lives.TryGetValue(request.Key, out Life? life) && life.End is not null
            && life.TerminatedBy.Count > 0;
        if (facts.Holder?.Task == request)
        {
            (facts.Holder, facts.WasReleased) = (null, true);
            simulation.Counters.Add(Rare.LockReleased);
            if (ended)
                simulation.Counters.Add(Rare.ReleasedByTermination);
            long now = facts.Process.Node!.Now;
            if (_timers.Values.Any(t => t.Target == facts.Entity.Id && t.Key.Due <= now))
                simulation.Counters.Add(Rare.DueWhileLocked);
            return;
        }
        // The request that it takes back must be consumed with it.
        facts.TakingBack.Add(request);
        simulation.Counters.Add(Rare.LockRequestTakenBack);
        if (ended)
            simulation.Counters.Add(Rare.TerminatedWhileWaiting);
    }

    private void Grant(EntityCaller holder, EntityFacts facts)
    {
        if (facts.TakingBack.Remove(holder.Task))
            return;
        ReleaseByHand(facts, null);
        if (facts.Holder is not null)
            Violate($"'{facts.Entity.Id}' was locked by {holder} while {facts.Holder} held it.");
        facts.Holder = holder;
        if (facts.WasReleased)
            simulation.Counters.Add(Rare.GrantedWithRelease);
        facts.ToSend.Add(new ExpectedMessage(
            holder.InstanceId, $"the lock for {holder.Task}",
            m => m is Message.LockGranted x && x.Task == holder.Task && x.Entity == facts.Entity.Id));
    }

    /// <summary>
    /// A client has cleaned up: that leaves no row, and is right only when the holder has ended and its own release is
    /// on its way.
    /// </summary>
    private void ReleaseByHand(EntityFacts facts, ExecutionKey? by)
    {
        if (facts.Holder is { } holder && holder.Task.Execution != by && !Wants(holder, facts.Entity.Id)
            && facts.Entity.IsLetGo(holder.Task))
            facts.Holder = null;
    }

    /// <summary>A timer goes: what was due is run now.</summary>
    private void Fire(TimerKey key, EntityFacts facts)
    {
        if (!_timers.TryGetValue(key, out TimerRow timer))
            return;
        Deed deed = _deeds[TokenOf((Message.Operation)TimerBodies.Decode(timer))];
        if (deed.Place != DeedPlace.InTimer)
            Violate($"The timer of '{deed.Token}' went although it is {deed.Place}.");
        facts.Consumed.Add(deed);
        simulation.Counters.Add(Rare.ScheduledOperation);
        long now = facts.Process.LatestTime;
        if (now < key.Due)
            Violate($"'{deed.Token}' of '{facts.Entity.Id}' is due at {key.Due}, and its timer went at {now}.");
    }

    private void Defer(TimerRow timer, EntityFacts facts)
    {
        string token = TokenOf((Message.Operation)TimerBodies.Decode(timer));
        if (FindDeed(token) is not { } deed || deed.DueAt != timer.Key.Due || deed.Target != facts.Entity.Id)
        {
            Violate($"'{facts.Entity.Id}' put off '{token}' to {timer.Key.Due}, which nobody asked for.");
            return;
        }
        bool had = deed.Place == DeedPlace.InRow ? facts.Consumed.Remove(deed) : deed.Place == DeedPlace.Nowhere;
        if (!had)
            Violate($"'{facts.Entity.Id}' put off '{token}' although it is {deed.Place} and not consumed.");
        deed.Place = DeedPlace.InTimer;
        facts.Deferred++;
    }

    /// <summary>The operations that were run for this commit; a turn that only moves locks has none.</summary>
    private EntityBatchRun? RunIn(TurnRows rows, IReadOnlyList<string>? log, EntityFacts facts)
    {
        string id = facts.Entity.Id;
        if (simulation.EntityJournal.Last(facts.Process, id) is not { HasEnded: true, IsSettled: false } run
            || run.Epoch != EpochOf(id, facts.Process))
            return null;
        bool shows = run.Operations.Any(o => facts.Consumed.Contains(o.Deed))
            || !EntityBatchRun.IsSame(log, facts.Entity.Log)
            || (rows.InsertMessages?.Any(m => _messages[m.Key].Message is not Message.LockGranted) ?? false);
        // What was run for memory that is gone may fail afterwards, as what has killed its process.
        bool hasFailedInstead = rows.InsertMessages is null && Openings >= simulation.DeathsMax
            && EntityBatchRun.IsSame(log, facts.Entity.Log) && !EntityBatchRun.IsSame(log, run.After(facts.Entity.Log));
        if (!shows || hasFailedInstead)
            return null;
        run.IsSettled = true;
        return run;
    }

    private IReadOnlyList<string>? Take(OperationRun operation, IReadOnlyList<string>? log, EntityFacts facts)
    {
        Deed deed = operation.Deed;
        string id = facts.Entity.Id;
        bool had = deed.Place == DeedPlace.Nowhere || facts.Consumed.Remove(deed);
        if (!had)
            Violate($"'{deed.Token}' of '{id}' was run, and the row that holds it is not consumed ({deed.Place}).");
        if (deed.WasRefused)
            Violate($"'{deed.Token}' of '{id}' is done although its sender was told that it failed.");
        deed.Place = DeedPlace.Done;
        facts.Entity.Acknowledged.Remove(deed);
        ReleaseByHand(facts, deed.Caller?.Task.Execution);
        if (facts.Holder is { } holder && deed.Caller?.Task.Execution != holder.Task.Execution)
            Violate($"'{deed.Token}' of '{id}' was run while {holder} held the lock.");
        if (facts.Holder is not null)
            simulation.Counters.Add(Rare.CalledInSection);
        CheckOrder(deed, facts.Entity);
        if (deed.Caller is { } caller)
        {
            string result = operation.ResultOn(log);
            facts.ToSend.Add(new ExpectedMessage(caller.InstanceId, $"the answer for {deed.Token}", m =>
                m is Message.OperationDone x && x.Task == caller.Task && (operation.Failure is { } failure
                    ? x.Failure?.ErrorMessage.Contains(failure, StringComparison.Ordinal) ?? false
                    : x.Failure is null && x.Result.ToString() == result)));
        }
        if (operation.Failure is not null)
        {
            simulation.Counters.Add(Rare.OperationFailed);
            return log;
        }
        foreach ((string target, string token, long? dueAt) in operation.Tells)
        {
            facts.ToSend.Add(new ExpectedMessage(target, $"the signal {token}", m =>
                m is Message.Operation { Caller: null } x && x.DueAt == dueAt && TokenOf(x) == token));
        }
        foreach (string nonce in operation.Starts)
        {
            simulation.Counters.Add(Rare.EntityStarted);
            facts.Starts.Add(nonce);
        }
        return operation.After(log);
    }

    /// <summary>
    /// From one sender to one entity operations keep their order, but for those that wait until they are due.
    /// </summary>
    private void CheckOrder(Deed deed, EntityRecord entity)
    {
        if (deed.DueAt is not null)
            return;
        if (deed.Sender is not { } sender)
        {
            // Clients of different nodes have no order among each other.
            if (entity.Acknowledged.Find(
                d => d.Heard < deed.Sent && (d.Process == deed.Process || !simulation.IsCluster)) is { } before)
                Violate($"'{entity.Id}' ran '{deed.Token}' before '{before.Token}', which was acknowledged before "
                    + "the other was sent.");
            return;
        }
        long last = entity.LastOf.GetValueOrDefault(sender, -1);
        if (deed.Order < last)
            Violate($"'{entity.Id}' ran '{deed.Token}' of '{sender}' after one that was sent later.");
        entity.LastOf[sender] = deed.Order;
    }

    /// <summary>Consumed without being run: there must be a reason, and who waits must be told.</summary>
    private void Fail(Deed deed, EntityFacts facts)
    {
        bool mayFail = facts.Entity.Id.StartsWith("@nowhere@", StringComparison.Ordinal)
            || Openings >= simulation.DeathsMax || simulation.Counters[Rare.Refused] > 0;
        if (!mayFail)
            Violate($"'{facts.Entity.Id}' consumed '{deed.Token}' without running it.");
        simulation.Counters.Add(Rare.OperationGivenUp);
        deed.Place = DeedPlace.Failed;
        facts.Entity.Acknowledged.Remove(deed);
        if (deed.Caller is { } caller)
        {
            facts.ToSend.Add(new ExpectedMessage(
                caller.InstanceId, $"that {deed.Token} was not run",
                m => m is Message.OperationDone { Failure: not null } x && x.Task == caller.Task));
        }
    }

    private void CheckRow(TurnRows rows, EntityRow? row, IReadOnlyList<string>? expected, EntityFacts facts)
    {
        string id = facts.Entity.Id;
        if (rows.DeleteEntity is not null)
            simulation.Counters.Add(Rare.EntityDeleted);
        if (row?.Holder is null)
            ReleaseByHand(facts, null);
        if (row?.Holder != facts.Holder)
            Violate($"'{id}' is held by {row?.Holder} after a turn that left it to {facts.Holder}.");
        if (row is { State.IsNone: true, Holder: null } || (row is null) != (expected is null && facts.Holder is null))
            Violate($"'{id}' has {(row is null ? "no row" : "a row")} with the state {Show(expected)} and the holder "
                + $"{facts.Holder}.");
        if (row?.Last < facts.Entity.Row?.Last)
            Violate($"The time of '{id}' runs backwards.");
    }

    /// <summary>Just what its operations and its lock make it send; what failed sends nothing.</summary>
    private void CheckSent(TurnRows rows, EntityFacts facts)
    {
        string id = facts.Entity.Id;
        List<(string Target, Message Message)> sent =
            [.. (rows.InsertMessages ?? []).Select(m => (m.Target, _messages[m.Key].Message))];
        foreach (ExpectedMessage expected in facts.ToSend)
        {
            int at = sent.FindIndex(m => m.Target == expected.Target && expected.Fits(m.Message));
            if (at < 0)
                Violate($"'{id}' did not send '{expected.Target}' {expected.What}.");
            else
                sent.RemoveAt(at);
        }
        foreach (string nonce in facts.Starts)
        {
            int at = sent.FindIndex(m => m.Message is Message.Start s
                && JsonSerializer.Deserialize<Errand>(s.Event.Input.Span)!.Nonce == nonce);
            if (at < 0)
                Violate($"'{id}' did not start {nonce}.");
            else
                sent.RemoveAt(at);
        }
        if (sent.Count > 0)
            Violate($"'{id}' sent '{sent[0].Target}' a {sent[0].Message.GetType().Name} that nobody asked for.");
    }

    private static IReadOnlyList<string>? LogOf(EntityRow? row) =>
        row is null or { State.IsNone: true } ? null : JsonSerializer.Deserialize<Doings>(row.State.Span)!.Log;

    public static string Show(IReadOnlyList<string>? log) => log is null ? "none" : $"[{string.Join(' ', log)}]";
}

/// <summary>What happens in one turn of an entity.</summary>
internal sealed class EntityFacts(EntityRecord entity, SimulatedProcess process)
{
    public EntityRecord Entity => entity;
    public SimulatedProcess Process => process;

    /// <summary>Who holds the lock at this point of the turn.</summary>
    public EntityCaller? Holder { get; set; } = entity.Row?.Holder;

    public bool WasReleased { get; set; }

    /// <summary>Requests whose release was consumed, and which must be consumed as well.</summary>
    public HashSet<TaskKey> TakingBack { get; } = [];

    /// <summary>Releases that were consumed, with the rows that they were.</summary>
    public List<(MessageKey Row, TaskKey Request)> Releases { get; } = [];

    /// <summary>Operations that had a row, or a timer, and have it no more.</summary>
    public HashSet<Deed> Consumed { get; } = [];

    public int Deferred { get; set; }
    public List<ExpectedMessage> ToSend { get; } = [];
    public List<string> Starts { get; } = [];
}
