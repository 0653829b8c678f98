using Perdure.Core.Circuits;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Checking;

/// <summary>Messages: sent by the turn that decided so, consumed once, and with an effect or a reason.</summary>
internal sealed partial class Ledger
{
    /// <summary>The requests of other nodes that have their outcome in the store.</summary>
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    private void Sends(TurnRows rows, TurnFacts facts, SimulatedProcess process)
    {
        foreach (OutcomeRow outcome in rows.InsertOutcomes ?? [])
            _told.Add(outcome.Id);
        List<Message> sent = [];
        foreach (MessageRow row in rows.InsertMessages ?? [])
        {
            MessageRow kept = row with { Body = row.Body.ToArray() };
            Message message = MessageCodec.Decode(kept);
            if (!_messages.TryAdd(row.Key, (kept, message, process)))
                Violate($"Message {row.Key} exists twice.");
            sent.Add(message);
            if (IsOfEvents(row.Target))
            {
                SendEvent(row.Target, message);
                continue;
            }
            if (CircuitIds.Is(row.Target))
            {
                Know(row.Target);
                continue;
            }
            if (EntityInstanceIds.Is(row.Target))
            {
                SendToEntity(kept, message, facts.Life?.Id ?? facts.Entity);
                continue;
            }
            if (TokenText(message) is { } text)
            {
                simulation.Counters.Add(Rare.RecordedAlone);
                TokenOf(text).Place = TokenPlace.InRow;
            }
        }
        foreach (HistoryEvent.SubOrchestrationInstanceCreated child in facts.Children)
        {
            IEnumerable<HistoryEvent.ExecutionStarted> starts = sent
                .Select(m => (m as Message.Start)?.Event ?? (m as Message.Rewind)?.Child)
                .OfType<HistoryEvent.ExecutionStarted>();
            if (facts.Life!.Tasks.GetValueOrDefault(child.Task) is not { IsKnown: true }
                && !starts.Any(s => s.Name == child.Name && s.Input.Equals(child.Input)))
                Violate($"'{facts.Life!.Id}' asked for the child '{child.InstanceId}', and no start was sent.");
        }
        if (facts.Life is { } life)
            CheckToEntities(life, rows, facts);
        if (facts.Life is { End: { } end, Parent: { Task: > ParentLink.NoAnswer } parent })
            CheckAnswer(facts.Life, end, parent, sent);
    }

    private void CheckAnswer(Life life, HistoryEvent.ExecutionCompleted end, ParentLink parent, List<Message> sent)
    {
        simulation.Counters.Add(Rare.ChildAnswered);
        TaskKey task = new(parent.Key, parent.Generation, parent.Task);
        Message.ChildDone[] answers = [.. sent.OfType<Message.ChildDone>().Where(a => a.Task == task)];
        if (answers.Length != 1)
            Violate($"'{life.Id}' ended and answered its parent {answers.Length} times.");
        else if (end.Status == InstanceStatus.Completed && !answers[0].Result.Equals(end.Result))
            Violate($"'{life.Id}' ended with {end.Result} and told its parent {answers[0].Result}.");
    }

    private void Consumes(TurnRows rows, TurnFacts facts, SimulatedProcess process)
    {
        HashSet<TaskKey> answered = [], answeredSo = [];
        foreach (MessageKey key in rows.DeleteMessages ?? [])
        {
            if (!_messages.Remove(key, out (MessageRow Row, Message Message, SimulatedProcess Process) entry))
            {
                Violate($"Message {key} was consumed and is not there.");
                continue;
            }
            CountTravelled(entry.Process, process);
            CheckConsumed(entry.Row.Target, entry.Message, rows, facts);
            CheckToldOf(entry.Row.Target, entry.Message, rows);
            if (entry.Message is Message.ChildDone done)
            {
                answered.Add(done.Task);
                if (facts.Resolved.GetValueOrDefault(done.Task) is HistoryEvent.SubOrchestrationInstanceCompleted said
                    && said.Result.Equals(done.Result))
                    answeredSo.Add(done.Task);
            }
            if (entry.Message is Message.OperationDone operation)
                answered.Add(operation.Task);
        }
        foreach ((TaskKey task, string entity) in facts.Grants)
            Violate($"'{facts.Life!.Id}' took the lock of '{entity}' for {task} without consuming its message.");
        foreach ((TaskKey task, HistoryEvent e) in facts.Resolved)
        {
            if (e is HistoryEvent.SubOrchestrationInstanceCompleted or HistoryEvent.SubOrchestrationInstanceFailed
                    or HistoryEvent.EntityOperationCompleted or HistoryEvent.EntityOperationFailed
                && !answered.Contains(task) && !IsAnsweredOtherwise(facts.Life!, task, answered))
                Violate($"'{facts.Life!.Id}' took an answer for {task} without consuming its message.");
            // A child that went back to a turn has answered twice; what is recorded is one of the answers.
            if (e is HistoryEvent.SubOrchestrationInstanceCompleted recorded && answered.Contains(task)
                && !answeredSo.Contains(task) && !facts.Life!.Tasks[task.Task].IsKnown)
                Violate($"'{facts.Life.Id}' recorded {recorded.Result} for {task}, which nobody has answered.");
        }
    }

    private void CheckConsumed(string target, Message message, TurnRows rows, TurnFacts facts)
    {
        Life? life = ById(target);
        switch (message)
        {
            case Message.ChildDone done:
                if (!facts.Resolved.ContainsKey(done.Task)
                    && life is { End: null } && life.Key == done.Task.Key && life.Generation == done.Task.Generation
                    && life.Open.ContainsKey(done.Task.Task) && !facts.Rewound)
                {
                    // A rewind that comes behind it asks the child again.
                    Violate($"'{target}' dropped the answer for {done.Task}, which is open.");
                }
                break;
            case Message.QueueItem item: ConsumeEvent(target, item, rows); break;
            case Message.OperationDone done: CheckAnswered(target, done, facts); break;
            case Message.LockGranted granted: CheckGranted(target, granted, facts); break;
            case Message.Start start:
                if (_executions.ContainsKey(start.Event.ExecutionId)
                    || (facts.MovedGeneration && facts.Life!.Id == target))
                    break;
                simulation.Counters.Add(Rare.ChildRefused);
                bool told = start.Event.Parent is not { Task: > ParentLink.NoAnswer } parent
                    || (rows.InsertMessages?.Any(
                        m => _messages[m.Key].Message is Message.ChildDone d
                            && d.Task == new TaskKey(parent.Key, parent.Generation, parent.Task)) ?? false);
                if (!told)
                    Violate($"The start of '{target}' was refused and its parent was not told.");
                break;
            case Message.Rewind { Child: { } child }:
                CheckRewindTaken(target, child, rows, facts);
                break;
            case var _ when TokenText(message) is { } text && !facts.Tokens.Contains(text):
                // What came before a rewind of the same turn came to an instance that had ended.
                bool mayDrop = life is null or { End: not null } || facts.Created || facts.MovedGeneration
                    || facts.Rewound || message is Message.Suspend or Message.Resume || IsToldOtherwise(message, rows);
                Token token = TokenOf(text);
                if (!mayDrop)
                    Violate($"'{target}' consumed {message.GetType().Name} {text} without recording it.");
                if (token.Place == TokenPlace.InRow)
                    token.Place = facts.MovedGeneration && !IsToldOtherwise(message, rows)
                        ? TokenPlace.Discarded
                        : TokenPlace.Dropped;
                break;
        }
    }

    /// <summary>A request that came as a row: who asked will read that it was refused.</summary>
    private static bool IsToldOtherwise(Message message, TurnRows rows) =>
        message.RequestId is { } id
        && (rows.InsertOutcomes ?? []).Exists(o => o.Id == id && o.Outcome != RequestOutcome.Accepted);

    /// <summary>Somebody on another node waits for what a request came to.</summary>
    private void CheckToldOf(string target, Message message, TurnRows rows)
    {
        if (message.RequestId is not { } id)
            return;
        // A row is an answer for some requests, so it may have been given before.
        if (!_told.Contains(id))
            Violate($"'{target}' consumed the {message.GetType().Name} of request {id} and stored no outcome.");
        simulation.Counters.Add(Rare.AnsweredElsewhere);
    }

    private static string? TokenText(Message message) => message switch
    {
        Message.Raise m => Text(m.Input),
        Message.Terminate { OfParent: null } m => m.Reason,
        Message.Suspend m => m.Reason,
        Message.Resume m => m.Reason,
        Message.Rewind { Child: null } m => m.Reason,
        _ => null,
    };
}
