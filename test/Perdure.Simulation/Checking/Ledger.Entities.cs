using System.Text.Json;
using Perdure.Core.Circuits;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Runtime;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;
using Perdure.Simulation.Workload;

namespace Perdure.Simulation.Checking;

/// <summary>
/// What is sent to entities, and who holds their locks: every lock that is held or waited for belongs to an execution
/// that wants it, or the message that takes it back is on its way.
/// </summary>
internal sealed partial class Ledger
{
    private readonly Dictionary<string, EntityRecord> _entities = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Deed> _deeds = new(StringComparer.Ordinal);

    /// <summary>Whoever was sent something, under what careful mode calls it.</summary>
    private readonly Dictionary<string, long> _taskKeys = new(StringComparer.Ordinal);

    public IEnumerable<EntityRecord> Entities => _entities.Values;

    public EntityRecord EntityOf(string id)
    {
        if (!_entities.TryGetValue(id, out EntityRecord? entity))
            _entities.Add(id, entity = new EntityRecord(id));
        return entity;
    }

    public Deed? FindDeed(string token) => _deeds.GetValueOrDefault(token);

    /// <summary>A client is about to send an operation.</summary>
    public Deed Asked(string token, string entity, long? dueAt)
    {
        Deed deed = new(token, entity)
        {
            DueAt = dueAt,
            Sent = simulation.World.Steps,
            Process = simulation.World.Current,
        };
        _deeds.Add(token, deed);
        Know(entity);
        return deed;
    }

    /// <summary>The client was told that its signal is durable.</summary>
    public void Acknowledge(Deed deed)
    {
        deed.Heard = simulation.World.Steps;
        if (deed is { DueAt: null, Place: DeedPlace.InRow })
            EntityOf(deed.Target).Acknowledged.Add(deed);
    }

    /// <summary>The entity whose turn it is; null for turns of orchestrations and rows of the runtime's own.</summary>
    private string? EntityIn(TurnRows rows, SimulatedProcess process)
    {
        if (!rows.History.Events.IsEmpty)
            return null;
        string? id = rows.UpsertEntity?.Id ?? rows.DeleteEntity
            ?? TargetOf(rows.DeleteMessages) ?? rows.InsertTimers?.FirstOrDefault().Target;
        if (id is null && rows.DeleteTimers is [var timer, ..] && _timers.TryGetValue(timer, out TimerRow row))
            id = row.Target;
        // It has neither row nor mail, and so shows in what it sends only.
        if (id is null && rows.InsertMessages is [{ Key.Origin: < Node.RequestOrigin } first, ..])
            id = simulation.EntityJournal.SenderOf(MessageCodec.Decode(first), process);
        return id is not null && EntityInstanceIds.Is(id) && !IsOfEvents(id) && !CircuitIds.Is(id) ? id : null;
    }

    /// <summary>The store took nothing of the batch: what was run for it is run again, or fails.</summary>
    public void OnRefused(Batch batch, SimulatedProcess process)
    {
        foreach (TurnRows rows in batch.Turns)
        {
            if (EntityIn(rows, process) is { } id && simulation.EntityJournal.Last(process, id) is { } run)
                run.IsSettled = true;
        }
    }

    private string? TargetOf(List<MessageKey>? keys) =>
        keys is [var first, ..] && _messages.TryGetValue(first, out var entry) ? entry.Row.Target : null;

    /// <summary>
    /// Rows of careful mode are for an instance, or for an entity that has something to do that the next one finds.
    /// </summary>
    private void CheckTask(TaskRow task)
    {
        if (task.Key >= 0 || (task.Task == 0 && _eventTasks.Contains(task.Key)))
            return;
        simulation.Counters.Add(Rare.CarefulOperation);
        if (task is not { Generation: 0, Task: Care.TurnTask }
            || !_taskKeys.ContainsValue(task.Key))
        {
            Violate($"There is a task row {task} for an entity that nobody knows.");
            return;
        }
        string entity = _taskKeys.First(k => k.Value == task.Key).Key;
        // What the store has refused is found out when its turn has begun.
        if (simulation.Counters[Rare.Refused] == 0
            && !_messages.Values.Any(m => m.Row.Target == entity) && !_timers.Values.Any(t => t.Target == entity))
            Violate($"There is a task row {task} for '{entity}', for which nothing is stored.");
    }

    private void Know(string entity)
    {
        if (!_taskKeys.ContainsKey(entity))
            _taskKeys.Add(entity, EntityInstanceIds.TaskKey(entity));
    }

    public static string TokenOf(Message.Operation operation) =>
        JsonSerializer.Deserialize<Chore>(operation.Input.Span)!.Token;

    /// <summary>A message to an entity becomes a row.</summary>
    private void SendToEntity(MessageRow row, Message message, string? sender)
    {
        EntityRecord entity = EntityOf(row.Target);
        switch (message)
        {
            case Message.Operation operation: SendOperation(row, operation, sender); break;
            case Message.LockRequest request:
                entity.Requests.Add(row.Key, request.Holder);
                if (entity.Row?.Holder is not null)
                    simulation.Counters.Add(Rare.LockWaitedFor);
                break;
            case Message.Release release: entity.Releases.Add(row.Key, release.Request); break;
            default: Violate($"'{row.Target}' was sent a {message.GetType().Name}."); break;
        }
    }

    private void SendOperation(MessageRow row, Message.Operation operation, string? sender)
    {
        string token = TokenOf(operation);
        if (sender is null)
        {
            // A client's: it waits for a lock or for running code, and is made durable by itself.
            if (!_deeds.TryGetValue(token, out Deed? asked) || asked.Place != DeedPlace.Nowhere)
                Violate($"'{token}' for '{row.Target}' became a row although it is {asked?.Place}.");
            else
                asked.Place = DeedPlace.InRow;
            simulation.Counters.Add(Rare.SignalStoredAlone);
            return;
        }
        Deed deed = new(token, row.Target)
        {
            Sender = sender,
            Caller = operation.Caller,
            DueAt = operation.DueAt,
            Order = _deeds.Count,
            Place = DeedPlace.InRow,
        };
        Know(row.Target);
        if (!_deeds.TryAdd(token, deed))
            Violate($"'{token}' was sent to '{row.Target}' twice.");
        if (sender == row.Target)
            simulation.Counters.Add(Rare.SignaledItself);
        else if (EntityInstanceIds.Is(sender))
            simulation.Counters.Add(Rare.EntitySignaledEntity);
    }

    /// <summary>
    /// After every batch, because a process may die behind any of them: a lock is held, or waited for, by somebody who
    /// wants it, or its release stands in the store.
    /// </summary>
    private void CheckLocks()
    {
        foreach (EntityRecord entity in _entities.Values)
        {
            if (entity.Row?.Holder is { } holder && !Wants(holder, entity.Id) && !entity.IsLetGo(holder.Task))
                Violate($"'{entity.Id}' is locked by {holder}, who does not want it, and nothing releases it.");
            foreach (EntityCaller request in entity.Requests.Values)
            {
                if (!Wants(request, entity.Id) && !entity.IsLetGo(request.Task))
                    Violate($"{request} asks for the lock of '{entity.Id}', does not want it, and takes nothing back.");
            }
        }
    }

    private bool Wants(EntityCaller caller, string entity) =>
        _lives.TryGetValue(caller.Task.Key, out Life? life) && life is { End: null, Removed: long.MaxValue }
        && life.Id == caller.InstanceId && life.Locks is { } locks && locks.Task == caller.Task
        && locks.Asked.Contains(entity);

    // The side of the orchestrations: what their histories say, and what they must have sent for it.

    private void AskForLocks(Life life, HistoryEvent.EntityLockRequested asked, TurnFacts facts)
    {
        if (life.Locks is not null)
            Violate($"'{life.Id}' asks for locks although it has some.");
        if (!asked.Entities.SequenceEqual(asked.Entities.Distinct().Order(StringComparer.Ordinal)))
            Violate($"'{life.Id}' asks for locks in the order {string.Join(' ', asked.Entities)}.");
        life.Locks = new LockSet(new TaskKey(life.Key, life.Generation, asked.Task), asked.Entities, 0);
        AskNext(life, life.Locks, facts);
    }

    private static void AskNext(Life life, LockSet locks, TurnFacts facts) => facts.ToEntities.Add(new ExpectedMessage(
        locks.Awaited!, "the request for its lock",
        m => m is Message.LockRequest x && x.Holder == new EntityCaller(life.Id, locks.Task)));

    private void TakeLock(Life life, HistoryEvent.EntityLockGranted granted, TurnFacts facts, HistoryEvent e)
    {
        if (life.Locks is not { } locks || locks.Task.Task != granted.Task || locks.Awaited != granted.Entity)
        {
            Violate($"'{life.Id}' was granted '{granted.Entity}', for which it does not wait.");
            return;
        }
        if (EntityOf(granted.Entity).Row?.Holder?.Task != locks.Task)
            Violate($"'{life.Id}' was granted '{granted.Entity}', which it does not hold.");
        facts.Grants.Add((locks.Task, granted.Entity));
        life.Locks = locks with { Granted = locks.Granted + 1 };
        if (granted.IsLast != life.Locks.Awaited is null)
            Violate($"'{life.Id}' was granted '{granted.Entity}' as the {(granted.IsLast ? "" : "not ")}last lock.");
        if (!granted.IsLast)
        {
            AskNext(life, life.Locks, facts);
            return;
        }
        Close(life, granted.Task, t => t.Lock is not null, facts, e);
        if (locks.Entities.Count > 1)
            simulation.Counters.Add(Rare.LockedSeveral);
    }

    /// <summary>The section is left, or the execution ends: every entity that was asked must be told.</summary>
    private static void LetGo(Life life, TurnFacts facts)
    {
        if (life.Locks is not { } locks)
            return;
        life.Locks = null;
        life.Open.Remove(locks.Task.Task);
        foreach (string entity in locks.Asked)
        {
            facts.ToEntities.Add(new ExpectedMessage(
                entity, "the release of its lock", m => m is Message.Release x && x.Request == locks.Task));
        }
    }

    private static void CallEntity(Life life, HistoryEvent.EntityOperationCalled called, TurnFacts facts)
    {
        EntityCaller caller = new(life.Id, new TaskKey(life.Key, life.Generation, called.Task));
        facts.ToEntities.Add(new ExpectedMessage(called.Entity, $"the call {called.Task}", m => m is Message.Operation x
            && x.Caller == caller && x.Name == called.Operation && x.Input.Equals(called.Input) && x.DueAt is null));
    }

    private static void SignalEntity(HistoryEvent.EntityOperationSignaled signaled, TurnFacts facts) =>
        facts.ToEntities.Add(new ExpectedMessage(
            signaled.Entity, $"the signal {signaled.Task}", m => m is Message.Operation { Caller: null } x
                && x.Name == signaled.Operation && x.Input.Equals(signaled.Input) && x.DueAt == signaled.DueAt));

    /// <summary>
    /// Just what the history says was sent. A turn that continues as new keeps its last words to itself: of those
    /// only the releases are known.
    /// </summary>
    private void CheckToEntities(Life life, TurnRows rows, TurnFacts facts)
    {
        List<(string Target, Message Message)> sent = [.. (rows.InsertMessages ?? [])
            .Where(m => EntityInstanceIds.Is(m.Target)).Select(m => (m.Target, _messages[m.Key].Message))];
        foreach (ExpectedMessage expected in facts.ToEntities)
        {
            int at = sent.FindIndex(m => m.Target == expected.Target && expected.Fits(m.Message));
            if (at < 0)
                Violate($"'{life.Id}' did not send '{expected.Target}' {expected.What}.");
            else
                sent.RemoveAt(at);
        }
        if (sent.Count > 0 && !facts.MovedGeneration)
            Violate($"'{life.Id}' sent '{sent[0].Target}' a {sent[0].Message.GetType().Name} that nobody asked for.");
    }

    private void CheckAnswered(string target, Message.OperationDone done, TurnFacts facts)
    {
        Life? life = ById(target);
        if (facts.Resolved.TryGetValue(done.Task, out HistoryEvent? e))
        {
            if (e is HistoryEvent.EntityOperationCompleted completed && !completed.Result.Equals(done.Result))
                Violate($"'{target}' was answered {done.Result} for {done.Task} and recorded {completed.Result}.");
        }
        else if (life is { End: null } && life.Key == done.Task.Key && life.Generation == done.Task.Generation
            && life.Open.ContainsKey(done.Task.Task))
            Violate($"'{target}' dropped the answer for {done.Task}, which is open.");
        else
            simulation.Counters.Add(Rare.EntityAnswerDropped);
    }

    private void CheckGranted(string target, Message.LockGranted granted, TurnFacts facts)
    {
        if (facts.Grants.Remove((granted.Task, granted.Entity)))
            return;
        simulation.Counters.Add(Rare.GrantDropped);
        if (!facts.MovedGeneration && ById(target)?.Locks is { } locks && locks.Task == granted.Task
            && locks.Awaited == granted.Entity)
            Violate($"'{target}' dropped the lock of '{granted.Entity}', for which it waits.");
    }
}
