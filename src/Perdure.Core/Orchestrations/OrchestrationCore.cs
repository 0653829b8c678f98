using System.Diagnostics;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Turns;

namespace Perdure.Core.Orchestrations;

/// <summary>Which functions the executors of this node offer.</summary>
internal interface ICodeCatalog
{
    /// <summary>Whether an instance of this version can run.</summary>
    bool Offers(string orchestration, string? version);

    /// <summary>Whether there is such an orchestration at all, in any version.</summary>
    bool Knows(string orchestration);
}

/// <summary>
/// The deterministic heart: messages in, one turn out; no clock, no I/O, no await. A turn has two halves, because code
/// runs between them: <see cref="Receive"/> decides what arrived means, <see cref="Conclude"/> turns what the code
/// asked for into events, rows and effects.
/// </summary>
internal sealed partial class OrchestrationCore(Limits limits, int partitionCount, INumbers numbers, ICodeCatalog code)
{
    /// <summary>
    /// Takes messages in order until one of them ends the instance. Everything taken is recorded, answered or dropped
    /// with a reason.
    /// </summary>
    public OrchestrationTurn Receive(OrchestrationState state, IReadOnlyList<Message> messages, long now)
    {
        OrchestrationTurn turn = new(state, Math.Max(now, state.LastAt));
        for (int i = 0; i < messages.Count && !turn.Ended; i++)
        {
            Message message = messages[i];
            turn.Taken.Add(message);
            if (message.Row is { } row)
                (turn.Rows.DeleteMessages ??= []).Add(row);
            Take(turn, message);
            turn.Untaken = messages.Count - i - 1;
        }
        return Decide(turn);
    }

    private OrchestrationTurn Decide(OrchestrationTurn turn)
    {
        OrchestrationState state = turn.State;
        turn.Execution = state.Execution;
        turn.Number = state.NextTurn;
        // A rewind stands alone: what it makes void is told by turns.
        if (turn.Ended || turn.Rewound)
            return Close(turn);
        if (state is { Exists: true, Ended: false, Held: Held.No, Recorded: not null }
            && code.Offers(state.Name, state.Version))
        {
            turn.Feed = [.. state.Recorded.Where(OrchestrationState.IsFed)];
            turn.Decision = TurnDecision.Run;
            return turn;
        }
        if (turn.HasEvents)
            return Close(turn);
        turn.Decision = turn.Rows.IsEmpty ? TurnDecision.Nothing : TurnDecision.Record;
        return turn;
    }

    private void Take(OrchestrationTurn turn, Message message)
    {
        OrchestrationState state = turn.State;
        switch (message)
        {
            case Message.Start m: TakeStart(turn, m); break;
            case Message.Purge purge: TakePurge(turn, purge); break;
            case Message.Rewind m: TakeRewind(turn, m); break;
            case var _ when !state.Exists:
                turn.Refuse(message, RequestOutcome.NotFound, "there is no such instance");
                break;
            case var _ when state.Ended: turn.Refuse(message, RequestOutcome.Ended, "the instance has ended"); break;
            case Message.TaskDone m: TakeResult<HistoryEvent.TaskScheduled>(turn, m, m.Task, ResultOf(m)); break;
            case Message.ChildDone m: TakeAnswer(turn, m); break;
            case Message.OperationDone m: TakeAnswer(turn, m); break;
            case Message.LockGranted m: TakeGrant(turn, m); break;
            case Message.TimerDue m: TakeTimer(turn, m); break;
            case Message.StartDue m: TakeStartDue(turn, m); break;
            case Message.Raise m: Record(turn, m, new HistoryEvent.EventRaised(m.Name, m.Input)); break;
            case Message.Suspend m: TakeSuspend(turn, m); break;
            case Message.Resume m: TakeResume(turn, m); break;
            case Message.Terminate m: Terminate(turn, m); break;
            default: throw new UnreachableException($"No handling for {message.GetType().Name}.");
        }
    }

    private HistoryEvent ResultOf(Message.TaskDone done) => done.Failure is null
        ? new HistoryEvent.TaskCompleted(done.Task.Task, done.Result)
        : new HistoryEvent.TaskFailed(done.Task.Task, Failures.Bounded(done.Failure, limits.FailureDepthMax));

    private static HistoryEvent ResultOf(Message.ChildDone done) => done.Failure is null
        ? new HistoryEvent.SubOrchestrationInstanceCompleted(done.Task.Task, done.Result)
        : new HistoryEvent.SubOrchestrationInstanceFailed(done.Task.Task, done.Failure);

    private void TakeStart(OrchestrationTurn turn, Message.Start message)
    {
        OrchestrationState state = turn.State;
        if (state.Exists && (!state.Ended || message.OnlyIfNeverStarted))
        {
            RefuseStart(turn, message, RequestOutcome.AlreadyExists,
                new FailureDetails(typeof(OrchestrationAlreadyExistsException).FullName!,
                    $"An orchestration with the instance id '{state.Id}' is already {state.Status}. Give the child "
                    + "another id, or none."));
            return;
        }
        if (message.Event.Parent is not null && !code.Knows(message.Event.Name))
        {
            RefuseStart(turn, message, RequestOutcome.NotFound, Failures.NoSuchOrchestrator(message.Event.Name));
            return;
        }
        if (state.Exists)
            turn.Rows.DeleteInstance = state.Execution.Key;
        state.Create(numbers.DrawKey(), turn.At);
        turn.Rows.Tags = message.Event.Tags;
        HistoryEvent.ExecutionStarted started = message.Event;
        if (started.StartAt <= turn.At)
            started = started with { StartAt = null };
        Record(turn, message, started);
        if (state.StartPendingUntil is null)
            return;
        TimerRow timer = new(state.StartTimer, state.Id,
            TimerBodies.Encode(new TaskKey(state.Execution.Key, 0, TimerBodies.StartTask)));
        (turn.Rows.InsertTimers ??= []).Add(timer);
        turn.Effects.Add(new Effect.ArmTimer(timer));
    }

    private void RefuseStart(
        OrchestrationTurn turn, Message.Start message, RequestOutcome outcome, FailureDetails failure)
    {
        if (message.Event.Parent is { Task: > ParentLink.NoAnswer } parent)
            Send(turn, parent.InstanceId,
                new Message.ChildDone(new TaskKey(parent.Key, parent.Generation, parent.Task), default, failure));
        turn.Refuse(message, outcome, $"the start was refused: {failure.ErrorMessage}");
    }

    private static void TakePurge(OrchestrationTurn turn, Message.Purge message)
    {
        OrchestrationState state = turn.State;
        if (!state.Exists)
            turn.Refuse(message, RequestOutcome.NotFound, "there is no such instance");
        else if (message.Key is { } key && key != state.Execution.Key)
            turn.Refuse(message, RequestOutcome.NotFound, "another instance has taken the id");
        else if (!state.Ended)
            turn.Refuse(message, RequestOutcome.StillRunning, "the instance still runs");
        else
        {
            turn.Rows.DeleteInstance = state.Execution.Key;
            state.Remove();
            turn.Ended = true;
            turn.Accept(message);
        }
    }

    private static void TakeResult<TOpened>(OrchestrationTurn turn, Message message, TaskKey task, HistoryEvent result)
        where TOpened : HistoryEvent
    {
        OrchestrationState state = turn.State;
        if (task.Execution != state.Execution)
            turn.Drop(message, $"its execution {task.Execution} is over");
        else if (!state.Open.TryGet(task.Task, out HistoryEvent? opened) || opened is not TOpened)
            turn.Drop(message, $"task {task.Task} is not open");
        else
            Record(turn, message, result);
    }

    private static void TakeTimer(OrchestrationTurn turn, Message.TimerDue message)
    {
        int before = turn.Events.Count;
        TakeResult<HistoryEvent.TimerCreated>(
            turn, message, message.Task, new HistoryEvent.TimerFired(message.Task.Task));
        if (turn.Events.Count > before)
            Fired(turn, message.Timer);
    }

    private static void TakeStartDue(OrchestrationTurn turn, Message.StartDue message)
    {
        if (message.Execution != turn.State.Execution || turn.State.StartPendingUntil is null)
        {
            turn.Drop(message, "the start is not pending");
            return;
        }
        Record(turn, message, new HistoryEvent.TimerFired(TimerBodies.StartTask));
        Fired(turn, message.Timer);
    }

    private static void Fired(OrchestrationTurn turn, TimerKey timer)
    {
        (turn.Rows.DeleteTimers ??= []).Add(timer);
        // A clock that was set back must not make a timer fire before its time as the code sees it.
        turn.At = Math.Max(turn.At, timer.Due);
    }

    private static void TakeSuspend(OrchestrationTurn turn, Message.Suspend message)
    {
        if (turn.State.Suspended)
            turn.Refuse(message, RequestOutcome.WrongState, "the instance is suspended already");
        else
            Record(turn, message, new HistoryEvent.ExecutionSuspended(message.Reason) { Author = message.Author });
    }

    private static void TakeResume(OrchestrationTurn turn, Message.Resume message)
    {
        if (!turn.State.Suspended && !turn.State.Parked)
            turn.Refuse(message, RequestOutcome.WrongState, "the instance is not suspended");
        else
            Record(turn, message, new HistoryEvent.ExecutionResumed(message.Reason) { Author = message.Author });
    }

    private static void Record(OrchestrationTurn turn, Message message, HistoryEvent e)
    {
        turn.Add(e);
        turn.State.Apply(e);
        turn.Accept(message);
    }

    private void Send(OrchestrationTurn turn, string target, Message message) =>
        turn.Send(target, message, InstanceIds.Partition(target, partitionCount));
}
