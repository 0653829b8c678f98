using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Turns;

namespace Perdure.Core.Orchestrations;

/// <summary>
/// Rewind: a failed execution goes on from before its failure. The event says what is void; what is open again then is
/// done again. The code itself runs in the next turn.
/// </summary>
internal sealed partial class OrchestrationCore
{
    private void TakeRewind(OrchestrationTurn turn, Message.Rewind message)
    {
        OrchestrationState state = turn.State;
        if (state is { Exists: true, Ended: true, Lived: null })
            throw new InvalidOperationException($"The ended instance '{state.Id}' was not loaded with its history.");
        if (message.Child is { } child)
            TakeRewindOfChild(turn, message, child);
        else if (!state.Exists)
            turn.Refuse(message, RequestOutcome.NotFound, "there is no such instance");
        else if (message.Turn is null ? state.Status != InstanceStatus.Failed : !state.Ended)
            turn.Refuse(
                message, RequestOutcome.WrongState,
                message.Turn is null ? "only a failed orchestration can be rewound" : "the instance has not ended");
        else if (message.Turn is { } chosen && !Rewinds.HasRunFrom(state.Lived!, chosen))
            turn.Refuse(message, RequestOutcome.NoSuchTurn, $"its code did not run in turn {chosen} or later");
        else if (TryRewind(turn, message))
            turn.Accept(message);
        else
            turn.Refuse(message, RequestOutcome.BoundToEntities, Failures.BoundToEntities);
    }

    /// <summary>
    /// The parent needs an answer to a task that it has not forgotten; only what it started for just that task is
    /// meant, however equal the id is.
    /// </summary>
    private void TakeRewindOfChild(OrchestrationTurn turn, Message.Rewind message, HistoryEvent.ExecutionStarted child)
    {
        OrchestrationState state = turn.State;
        ParentLink parent = child.Parent!;
        TaskKey task = new(parent.Key, parent.Generation, parent.Task);
        bool isMeant = state.Exists && state.Parent == parent;
        if (isMeant && !state.Ended)
            turn.Drop(message, "the child runs, and answers when it ends");
        else if (isMeant && state.Status == InstanceStatus.Completed)
            Send(turn, parent.InstanceId, new Message.ChildDone(task, ResultOf(state), null));
        else if (!isMeant || state.Status == InstanceStatus.Terminated)
            // Gone, replaced, or ended by somebody's will and not by a failure: there is nothing to go on from.
            TakeStart(turn, new Message.Start(child));
        else if (!TryRewind(turn, message))
            Send(turn, parent.InstanceId, new Message.ChildDone(task, default, Failures.NotRewound(state.Id)));
    }

    private static Payload ResultOf(OrchestrationState ended) =>
        ended.Lived!.SelectMany(t => t.Events).OfType<HistoryEvent.ExecutionCompleted>().Last().Result;

    private bool TryRewind(OrchestrationTurn turn, Message.Rewind message)
    {
        OrchestrationState state = turn.State;
        HistoryEvent.ExecutionRewound rewound =
            Rewinds.Plan(state.Lived!, message.Reason, message.Turn) with { Author = message.Author };
        if (Rewinds.IsBoundToEntities(Rewinds.Without(state.Lived!, rewound)))
            return false;
        // Never the time of an earlier run: what the code derives from the time (NewGuid) must not come twice.
        turn.At = Math.Max(turn.At, state.LastAt + 1);
        turn.Rewound = true;
        Add(turn, rewound);
        state.ForgetHistory();
        foreach (HistoryEvent opened in state.Open.All)
        {
            switch (opened)
            {
                case HistoryEvent.TaskScheduled x: turn.Effects.Add(EffectOf(state, x, again: true)); break;
                case HistoryEvent.TimerCreated x: SetTimer(turn, x); break;
                case HistoryEvent.SubOrchestrationInstanceCreated x: AskChildAgain(turn, x); break;
            }
        }
        return true;
    }

    /// <summary>Runs the activity, unless its result is known from before a rewind.</summary>
    private static Effect EffectOf(OrchestrationState state, HistoryEvent.TaskScheduled call, bool again = false) =>
        state.KnownResultOf(call) is { } known
            ? new Effect.ReturnKnown(known)
            : new Effect.RunActivity(call) { Again = again || (state.Former?.TryGet(call.Task, out _) ?? false) };

    /// <summary>
    /// The child may run, have ended in whatever way, or be gone. What it answers is known already, or is asked of it.
    /// </summary>
    private void AskChildAgain(OrchestrationTurn turn, HistoryEvent.SubOrchestrationInstanceCreated child)
    {
        OrchestrationState state = turn.State;
        if (state.KnownResultOf(child) is { } known)
        {
            turn.Effects.Add(new Effect.ReturnKnown(known));
            return;
        }
        HistoryEvent.SubOrchestrationInstanceCreated started =
            state.Former is { } former && former.TryGet(child.Task, out FormerCall? before)
            ? (HistoryEvent.SubOrchestrationInstanceCreated)before.Asked
            : child;
        // Started anew it is another execution than the one that is gone.
        string executionId = ExecutionIds.Derive($"{state.ExecutionId}/{started.Task}", state.NextTurn);
        HistoryEvent.ExecutionRewound? rewound = turn.Events.OfType<HistoryEvent.ExecutionRewound>().FirstOrDefault();
        Send(turn, started.InstanceId, new Message.Rewind(rewound?.Reason)
        {
            Author = rewound?.Author,
            Child = StartOf(state, started) with { ExecutionId = executionId },
        });
    }

    /// <summary>A child that was there before a rewind answers under the task that its call had then.</summary>
    private static void TakeAnswer(OrchestrationTurn turn, Message.ChildDone message)
    {
        OrchestrationState state = turn.State;
        TaskKey task = message.Task;
        if (state.Former is { } former && task.IsOf(state.Execution) && !state.Open.TryGet(task.Task, out _))
            task = task with { Task = former.AnswerOf(task.Task) };
        TakeResult<HistoryEvent.SubOrchestrationInstanceCreated>(
            turn, message, task, ResultOf(message with { Task = task }));
    }
}
