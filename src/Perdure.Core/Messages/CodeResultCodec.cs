using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Perdure.Core.History;
using Perdure.Core.Orchestrations;

namespace Perdure.Core.Messages;

/// <summary>
/// What a run of code on another node came to, as JSON: <c>["ran",[events],[events]]</c>. What the code asks for is
/// written as the events that it leads to, whose encoding exists already; numbers that the owner draws are left out.
/// </summary>
internal static class CodeResultCodec
{
    private const string Ran = "ran", Continued = "continued", Stopped = "stopped", Parked = "parked", NotRun = "none";

    public static byte[] Encode(CodeResult result)
    {
        ArrayBufferWriter<byte> buffer = new(256);
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        (string outcome, List<HistoryEvent> asked, List<HistoryEvent> end) = result switch
        {
            CodeResult.Ran { Completion: Completion.ContinuedAsNew next } ran => (
                Continued, EventsOf(ran),
                [new HistoryEvent.EventRaised(next.Version ?? "", next.Input), .. next.Unprocessed]),
            CodeResult.Ran ran => (Ran, EventsOf(ran), EndOf(ran.Completion)),
            CodeResult.Stopped stopped => (
                stopped.Park ? Parked : Stopped, [], [new HistoryEvent.TaskFailed(0, stopped.Failure)]),
            CodeResult.NotRun => (NotRun, [], (List<HistoryEvent>)[]),
            _ => throw new UnreachableException($"{result.GetType().Name} comes from no code."),
        };
        writer.WriteStartArray();
        writer.WriteStringValue(outcome);
        HistoryWriter.WriteRow(writer, asked, 0, asked.Count);
        HistoryWriter.WriteRow(writer, end, 0, end.Count);
        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">The body is damaged, or of a newer version.</exception>
    public static CodeResult Decode(ReadOnlyMemory<byte> body)
    {
        if (JsonSlices.Of(body) is not [var outcome, var asked, var end])
            throw new FormatException("What the code of a turn came to is not three parts.");
        List<HistoryEvent> last = HistoryReader.ReadRow(end);
        return (Encoding.UTF8.GetString(outcome.Span).Trim('"'), last) switch
        {
            (Ran, []) => new CodeResult.Ran(ActionsOf(asked), null),
            (Ran, [HistoryEvent.ExecutionCompleted { Failure: { } failure }]) =>
                new CodeResult.Ran(ActionsOf(asked), new Completion.Failed(failure)),
            (Ran, [HistoryEvent.ExecutionCompleted completed]) =>
                new CodeResult.Ran(ActionsOf(asked), new Completion.Succeeded(completed.Result)),
            (Continued, [HistoryEvent.EventRaised input, ..]) => new CodeResult.Ran(
                ActionsOf(asked),
                new Completion.ContinuedAsNew(input.Input, [.. last.Skip(1).Cast<HistoryEvent.EventRaised>()])
                {
                    Version = input.Name.Length == 0 ? null : input.Name,
                }),
            (Stopped, [HistoryEvent.TaskFailed failed]) => new CodeResult.Stopped(failed.Failure, Park: false),
            (Parked, [HistoryEvent.TaskFailed failed]) => new CodeResult.Stopped(failed.Failure, Park: true),
            (NotRun, []) => CodeResult.NotRun.Instance,
            var (unknown, _) => throw new FormatException(
                $"The outcome '{unknown}' of a turn is not known to this version of Perdure."),
        };
    }

    private static List<HistoryEvent> EndOf(Completion? completion) => completion switch
    {
        Completion.Succeeded x => [new HistoryEvent.ExecutionCompleted(InstanceStatus.Completed, x.Result, null)],
        Completion.Failed x => [new HistoryEvent.ExecutionCompleted(InstanceStatus.Failed, default, x.Failure)],
        _ => [],
    };

    private static List<HistoryEvent> EventsOf(CodeResult.Ran ran) => [.. ran.Actions.Select(EventOf)];

    private static HistoryEvent EventOf(OrchestratorAction action) => action switch
    {
        OrchestratorAction.ScheduleTask a => new HistoryEvent.TaskScheduled(a.Task, a.Name, a.Input)
        {
            Attempt = a.Attempt,
            FirstTask = a.FirstTask,
        },
        OrchestratorAction.CreateTimer a => new HistoryEvent.TimerCreated(a.Task, a.FireAt),
        OrchestratorAction.CancelTimer a => new HistoryEvent.TimerCanceled(a.Task),
        OrchestratorAction.StartChild a =>
            new HistoryEvent.SubOrchestrationInstanceCreated(a.Task, a.Name, a.InstanceId, a.Input)
            {
                Version = a.Version,
                VersionNamed = a.VersionNamed,
                Detached = a.Detached,
                FirstTask = a.FirstTask,
            },
        OrchestratorAction.CallEntity a =>
            new HistoryEvent.EntityOperationCalled(a.Task, a.EntityId, a.Operation, a.Input),
        OrchestratorAction.SignalEntity a =>
            new HistoryEvent.EntityOperationSignaled(a.Task, a.EntityId, a.Operation, a.Input) { DueAt = a.DueAt },
        OrchestratorAction.LockEntities a => new HistoryEvent.EntityLockRequested(a.Task, a.EntityIds),
        OrchestratorAction.ReleaseLocks a => new HistoryEvent.EntityUnlockSent(a.Task),
        OrchestratorAction.SetCustomStatus a => new HistoryEvent.CustomStatusSet(a.Value),
        _ => throw new UnreachableException($"No event for {action.GetType().Name}."),
    };

    private static List<OrchestratorAction> ActionsOf(ReadOnlyMemory<byte> events) =>
        [.. HistoryReader.ReadRow(events).Select(ActionOf)];

    private static OrchestratorAction ActionOf(HistoryEvent e) => e switch
    {
        HistoryEvent.TaskScheduled x =>
            new OrchestratorAction.ScheduleTask(x.Task, x.Name, x.Input, x.Attempt, x.FirstTask),
        HistoryEvent.TimerCreated x => new OrchestratorAction.CreateTimer(x.Task, x.FireAt),
        HistoryEvent.TimerCanceled x => new OrchestratorAction.CancelTimer(x.Task),
        HistoryEvent.SubOrchestrationInstanceCreated x =>
            new OrchestratorAction.StartChild(x.Task, x.Name, x.InstanceId, x.Input, x.Detached)
            {
                Version = x.Version,
                VersionNamed = x.VersionNamed,
                FirstTask = x.FirstTask,
            },
        HistoryEvent.EntityOperationCalled x =>
            new OrchestratorAction.CallEntity(x.Task, x.Entity, x.Operation, x.Input),
        HistoryEvent.EntityOperationSignaled x =>
            new OrchestratorAction.SignalEntity(x.Task, x.Entity, x.Operation, x.Input, x.DueAt),
        HistoryEvent.EntityLockRequested x => new OrchestratorAction.LockEntities(x.Task, x.Entities),
        HistoryEvent.EntityUnlockSent x => new OrchestratorAction.ReleaseLocks(x.Task),
        HistoryEvent.CustomStatusSet x => new OrchestratorAction.SetCustomStatus(x.Value),
        _ => throw new FormatException($"{e.GetType().Name} is nothing that code asks for."),
    };
}
