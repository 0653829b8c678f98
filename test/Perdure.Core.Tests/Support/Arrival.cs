using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Core.Tests.Support;

/// <summary>A message that is on its way to an instance; which execution it names is decided when it arrives.</summary>
internal sealed record Arrival(Func<Instance, Message> Make)
{
    public static readonly FailureDetails Failure = new("Boom", "It broke.");

    public static Arrival Start(
        string? input = null, ParentLink? parent = null, long? at = null, string? name = null) => new(i =>
        new Message.Start(new HistoryEvent.ExecutionStarted
        {
            Name = name ?? i.Name,
            ExecutionId = "feed",
            Input = Code.Json(input),
            Parent = parent,
            StartAt = at,
        }));

    public static Arrival StartOnce() => new(i => (Message.Start)Start().Make(i) with { OnlyIfNeverStarted = true });

    public static Arrival StartDue() => new(i => new Message.StartDue(i.Execution, i.State.StartTimer));

    public static Arrival Done(int task, string? result = null) =>
        new(i => new Message.TaskDone(TaskOf(i, task), Code.Json(result), null));

    public static Arrival Failed(int task) => new(i => new Message.TaskDone(TaskOf(i, task), default, Failure));

    public static Arrival Due(int task, long at = 5000) =>
        new(i => new Message.TimerDue(TaskOf(i, task), i.TimerKey(task, at)));

    public static Arrival ChildDone(int task, string? result = null) =>
        new(i => new Message.ChildDone(TaskOf(i, task), Code.Json(result), null));

    public static Arrival ChildFailed(int task) => new(i => new Message.ChildDone(TaskOf(i, task), default, Failure));

    public static Arrival OperationDone(int task, string? result = null) =>
        new(i => new Message.OperationDone(TaskOf(i, task), Code.Json(result), null));

    public static Arrival OperationFailed(int task) =>
        new(i => new Message.OperationDone(TaskOf(i, task), default, Failure));

    public static Arrival Granted(int task, string entity) =>
        new(i => new Message.LockGranted(TaskOf(i, task), entity));

    public static Arrival Raise(string name, string? input = null) =>
        new(_ => new Message.Raise(name, Code.Json(input)));

    public static Arrival Terminate(string? reason = null, string? by = null) =>
        new(_ => new Message.Terminate(reason) { Author = by });

    public static Arrival TerminateAll(string? reason = null, ExecutionKey? parent = null, string? by = null) =>
        new(_ => new Message.Terminate(reason) { Author = by, Recursive = true, OfParent = parent });

    public static Arrival Suspend(string? reason = null, string? by = null) =>
        new(_ => new Message.Suspend(reason) { Author = by });

    public static Arrival Resume(string? reason = null, string? by = null) =>
        new(_ => new Message.Resume(reason) { Author = by });

    public static Arrival Rewind(string? reason = null, string? by = null, int? turn = null) =>
        new(_ => new Message.Rewind(reason) { Author = by, Turn = turn });

    /// <summary>From the parent, which started it with the same input.</summary>
    public static Arrival RewindChild(ParentLink parent, string? reason = null) => new(i => new Message.Rewind(reason)
    {
        Child = ((Message.Start)Start(parent: parent).Make(i)).Event with { ExecutionId = "anew" },
    });

    public static Arrival Purge(long? key = null) => new(_ => new Message.Purge { Key = key });

    /// <summary>Somebody waits for the answer.</summary>
    public Arrival ByClient(string client = "client") => new(i => Make(i) with { Ticket = client });

    /// <summary>It stands in the store until a turn consumes it.</summary>
    public Arrival AsRow(long number) =>
        new(i => Make(i) with { Row = new MessageKey(i.State.Partition, Instance.Sender, number) });

    /// <summary>It belongs to another execution than the present one.</summary>
    public Arrival Of(ExecutionKey execution) => new(i => Make(i) switch
    {
        Message.TaskDone m => m with { Task = new(execution.Key, execution.Generation, m.Task.Task) },
        Message.ChildDone m => m with { Task = new(execution.Key, execution.Generation, m.Task.Task) },
        Message.TimerDue m => m with { Task = new(execution.Key, execution.Generation, m.Task.Task) },
        Message.StartDue m => m with { Execution = execution },
        Message.OperationDone m => m with { Task = new(execution.Key, execution.Generation, m.Task.Task) },
        Message.LockGranted m => m with { Task = new(execution.Key, execution.Generation, m.Task.Task) },
        Message m => m,
    });

    private static TaskKey TaskOf(Instance i, int task) => new(i.Execution.Key, i.Execution.Generation, task);
}
